package world

// marsh is the birds, the town and the swan.
func marsh() []Post {
	posts := append(marshMastodon(), marshBluesky()...)
	return append(posts,
		also(pick(posts, "gazette-swan"), Bluesky, sec(70)),
		also(pick(posts, "tamsin-four"), Bluesky, sec(55)),
	)
}

func marshMastodon() []Post {
	return append(marshDays(), on(Mastodon, []Post{
		{
			Key: "gazette-swan", By: "gazette", Age: ago(4, 2), Likes: 512, Boosts: 233,
			Text: []Part{
				t("BREAKING: The swan has left the car park of its own accord. Traffic is moving. The swan is believed to be on Mill Lane and in a better mood. "),
				link("https://gazette.example/swan", "gazette.example/swan"),
			},
			Card: &Card{
				URL: "https://gazette.example/swan", Title: "Swan leaves car park",
				Description: "Nine hours, two councillors and a loaf: how Tuesday unfolded. With a map.",
			},
		},
		{
			Key: "tamsin-swan", By: "tamsin", Age: ago(3, 50), ReplyTo: "gazette-swan", Likes: 64,
			Text: []Part{mention("gazette"), t(" For the record, I did say that reversing towards her was “a form of dialogue she would not enjoy”.")},
		},
		{
			Key: "gazette-swan-2", By: "gazette", Age: ago(3, 41), ReplyTo: "tamsin-swan", Likes: 71,
			Text: []Part{mention("tamsin"), t(" You are quoted on page three, next to the photograph of the bumper.")},
		},
		{
			Key: "dele-swan", By: "dele", Age: ago(3, 33), ReplyTo: "gazette-swan-2", Likes: 58,
			Text: []Part{mention("gazette"), t(" Mill Lane confirmed. She is at my stop. She has not rung the bell. I am waiting for her to decide.")},
		},
		{
			Key: "tamsin-swan-2", By: "tamsin", Age: ago(3, 30), ReplyTo: "dele-swan", Likes: 45,
			Text: []Part{mention("dele"), t(" Do NOT open the middle doors.")},
		},
		{
			Key: "dele-swan-2", By: "dele", Age: ago(3, 24), ReplyTo: "tamsin-swan-2", Likes: 120, Boosts: 31,
			Text: []Part{mention("tamsin"), t(" She has boarded by the front doors. She looked at the ticket machine for a long time. I have let it go.")},
		},
		{
			Key: "gazette-swan-3", By: "gazette", Age: ago(3, 15), ReplyTo: "dele-swan-2", Likes: 98,
			Text: []Part{mention("dele"), t(" Our reporter is running. Please drive slowly.")},
		},
		{
			Key: "june-swan", By: "june", Age: ago(3, 8), ReplyTo: "dele-swan-2", Likes: 33,
			Text: []Part{mention("dele"), t(" Is the bus announcing her stops? I ask professionally.")},
		},
		{
			Key: "dele-swan-3", By: "dele", Age: ago(2, 59), ReplyTo: "june-swan", Likes: 77,
			Text: []Part{mention("june"), t(" “Next stop: Pond.” She stood up. I have driven for nineteen years and never been so sure of a passenger.")},
		},
		{
			Key: "margit-swan", By: "margit", Age: ago(2, 40), QuoteOf: "dele-swan-2", Likes: 42,
			Text: []Part{t("Please put this on the paper's front page, in the largest type you own. I will lend you larger type.")},
		},
		{Key: "bram-boost-swan", By: "bram", Age: ago(2, 33), BoostOf: "dele-swan-2"},
	})...)
}

// marshDays is what went before the swan moved.
func marshDays() []Post {
	return on(Mastodon, []Post{
		{
			Key: "gazette-long", By: "gazette", Age: ago(26, 15), Likes: 190, Boosts: 74,
			Text: []Part{t(swanInquiry), link("https://gazette.example/swan/minutes", "gazette.example/swan/minutes")},
		},
		{
			Key: "tamsin-four", Pinned: true, By: "tamsin", Age: ago(6, 35), Likes: 143, Boosts: 29,
			Text: []Part{t("Four hours, four corners of the same marsh. "), tag("birds"), t(" "), tag("saltmarsh")},
			Pictures: []Picture{
				{Seed: 31, Scene: Shore, Width: 640, Height: 480, Alt: "North: a jetty runs out into flat blue water. No wind at all."},
				{Seed: 36, Scene: Heron, Width: 640, Height: 480, Alt: "East: the same heron as yesterday, one step further to the left."},
				{Seed: 19, Scene: Hills, Width: 640, Height: 480, Alt: "South: a loose flock, half a dozen at most, over wooded ridges in fog."},
				{Seed: 5, Scene: Night, Width: 640, Height: 480, Alt: "West, much later: a bitten moon and more stars than I could count before my tea went cold."},
			},
		},
		{
			Key: "tamsin-count", By: "tamsin", Age: ago(12, 10), Likes: 38,
			Text: []Part{t("Morning count: 41 lapwing, 12 curlew, 3 spoonbill, 1 man in a canoe who asked me whether that was a flamingo. It was a buoy. "), tag("birdcount")},
		},
		{
			Key: "sumi-bird", By: "sumi", Age: ago(11, 40), ReplyTo: "tamsin-count", Lang: "ja", Likes: 11,
			Text: []Part{mention("tamsin"), t(" ブイに名前をつけましょう。「フラミンゴ」。")},
		},
		{
			Key: "tamsin-bird-2", By: "tamsin", Age: ago(11, 22), ReplyTo: "sumi-bird", Likes: 15,
			Text: []Part{mention("sumi"), t(" Done. It is on the chart. ⛯ Flamingo.")},
		},
		{
			Key: "tides-1", By: "tides", Age: ago(1, 2), Visibility: "unlisted",
			Text: []Part{t("Little Marsh today\nhigh 05:52 4.1 m · low 12:04 0.9 m\nhigh 18:20 4.3 m · low —\nNot for navigation. "), tag("tides")},
		},
		{
			Key: "gazette-lost", By: "gazette", Age: ago(14, 30), Likes: 66, Boosts: 40,
			Text: []Part{t("LOST: one left glove, grey, night bus. FOUND: one left glove, grey, night bus. We have put the two callers in touch; it is a different glove.")},
		},
		{
			Key: "dele-glove", By: "dele", Age: ago(14, 2), ReplyTo: "gazette-lost", Likes: 29,
			Text: []Part{mention("gazette"), t(" There are now three. I have begun a column.")},
		},
	})
}

// swanInquiry is more than two thousand characters, which many instances allow.
const swanInquiry = `THE SWAN: WHAT WE KNOW SO FAR

Because of public interest, and because the printer is being repaired, the Gazette publishes the minutes of Monday's extraordinary meeting of the Car Park Committee here first.

1. Apologies. Councillor Pym sent apologies. It emerged that Councillor Pym was in the car park, in his car, and had been since lunch, and that the apologies were addressed to the swan.

2. Matters arising. The clerk reported that the swan had arrived at 07:10, walked in by the entrance, declined a ticket, and settled across bays 14 and 15. Mrs Oduya asked whether a swan needed a permit. The clerk had looked and the byelaws mention only horses, carts, and “itinerant musicians with more than one instrument”. It was agreed that the swan had, so far, no instrument.

3. Measures taken. (a) Asking politely. (b) A loaf. (c) A second loaf, wholemeal, at the suggestion of the health visitor. (d) Mr Tran's recording of a larger swan. The committee thanked Mr Tran and asked him never to play it again. (e) Leaving her alone. The committee noted that (e) had not been tried for longer than four minutes at a time.

4. Expert evidence. Ms Reed, who watches birds, said that the swan was not lost, angry or ill, but “sitting down”. Asked how long this might last, Ms Reed said that in her experience it lasted until it was over. Asked whether anything could hasten it, Ms Reed looked out of the window for some time.

5. Costs. Parking income for the day was down by eleven pounds. Income of the tea van was up by two hundred and six. The committee asked the clerk to find out whether the swan could be encouraged to come on the first Tuesday of each month.

6. Any other business. The night bus offers a free seat, front left, to any waterfowl travelling after 22:00. The committee thought this unlikely to be taken up, and minuted its thanks.

7. Date of next meeting: when the swan permits.

Corrections to last week's edition: the headline “MAYOR OPENS BRIDGE” should have read “MAYOR OPENS FRIDGE”. We apologise to the mayor, the bridge, and everyone who tried to cross.

The full minutes, with a diagram of bays 14 and 15: `

func marshBluesky() []Post {
	return on(Bluesky, []Post{
		{
			Key: "tamsin-spoon", By: "tamsin", Age: ago(5, 5), Likes: 119, Boosts: 17,
			Text: []Part{t("A spoonbill eats the way I look for my keys: quickly, sideways, and with total faith.")},
		},
		{
			Key: "museum-spoon", By: "museum", Age: ago(4, 50), ReplyTo: "tamsin-spoon", Likes: 84,
			Text: []Part{mention("tamsin"), t(" We have a machine for that. It also does not find them.")},
		},
		{
			Key: "gazette-pond", By: "gazette", Age: ago(2, 20), Likes: 301, Boosts: 88,
			Text: []Part{t("The swan has alighted at Pond. The bus was on time.")},
		},
		{Key: "tamsin-boost-pond", By: "tamsin", Age: ago(2, 10), BoostOf: "gazette-pond"},
		{
			Key: "minji-pond", By: "minji", Age: ago(2, 0), ReplyTo: "gazette-pond", Lang: "ko", Likes: 26,
			Text: []Part{mention("gazette"), t(" 백조도 내릴 때 기사님께 인사했나요?")},
		},
		{
			Key: "gazette-pond-2", By: "gazette", Age: ago(1, 52), ReplyTo: "minji-pond", Likes: 93,
			Text: []Part{mention("minji"), t(" We are told that she nodded. The driver has asked for the rest of the week off, “to think”.")},
		},
	})
}
