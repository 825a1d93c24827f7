package world

// sky is Bluesky's own: the museum, the stars and the long rides.
func sky() []Post {
	return append(skyPeople(), on(Bluesky, []Post{
		{
			Key: "museum-sunday", By: "museum", Age: ago(6, 10), Likes: 260, Boosts: 71,
			Text: []Part{
				t("On Sundays at three we wind everything at once. It lasts four minutes. Children cheer, adults look for the exit, one gentleman weeps every week. Directions: "),
				link("https://smallmachines.example/visit?from=sky&day=sunday&wind=everything#directions", "smallmachines.example/visit?fro…"),
			},
			Card: &Card{
				URL:   "https://smallmachines.example/visit?from=sky&day=sunday&wind=everything#directions",
				Title: "Visit us", Description: "Thursday to Sunday, 10 to 5. Please do not feed the nutcracker.",
			},
		},
		{
			Key: "museum-label", By: "museum", Age: ago(15, 45), Likes: 410, Boosts: 133,
			Text: []Part{t("Label of the week: “Egg timer, c. 1890. Runs four minutes slow. The family ate this way for three generations and saw no reason to change.”")},
		},
		{
			Key: "noam-quote-label", By: "noam", Age: ago(15, 5), QuoteOf: "museum-label", Lang: "he", Likes: 49,
			Text: []Part{t("גם הפסנתרים שלי מכוונים ככה.")},
		},
		{
			Key: "museum-whirr", By: "museum", Age: ago(27, 10), Likes: 188, Boosts: 41,
			Text: []Part{t("Object 1,204 whirred at night again. Nobody has wound it since 1988. We have moved its chair closer to the window.")},
		},
		{
			Key: "rosa-whirr", By: "rosa", Age: ago(26, 50), ReplyTo: "museum-whirr", Likes: 44,
			Text: []Part{mention("museum"), t(" It has a CHAIR?")},
		},
		{
			Key: "museum-whirr-2", By: "museum", Age: ago(26, 42), ReplyTo: "rosa-whirr", Likes: 102,
			Text: []Part{mention("rosa"), t(" It was here when we bought the building.")},
		},
		{
			Key: "ines-whirr", By: "ines", Age: ago(26, 30), ReplyTo: "museum-whirr-2", Likes: 38,
			Text: []Part{mention("museum"), t(" What does it see from the window? Asking as an astronomer.")},
		},
		{
			Key: "museum-whirr-3", By: "museum", Age: ago(26, 18), ReplyTo: "ines-whirr", Likes: 77,
			Text: []Part{mention("ines"), t(" According to its notebook: you.")},
		},
		{
			Key: "rosa-whirr-2", By: "rosa", Age: ago(26, 5), ReplyTo: "museum-whirr-3", Likes: 61,
			Text: []Part{mention("museum"), t(" IT HAS A NOTEBOOK?")},
		},
		{Key: "ines-boost-label", By: "ines", Age: ago(14, 40), BoostOf: "museum-label"},
		{
			Key: "museum-warn", By: "museum", Age: ago(32, 15), Warning: "dental instruments, antique", Sensitive: true, Likes: 35,
			Text:     []Part{t("The drill is pedal-powered. The pedal was operated by the patient, “to keep the mind occupied”.")},
			Pictures: []Picture{{Seed: 44, Scene: Panel, Width: 640, Height: 480, Alt: "A control panel with far more knobs than teeth."}},
		},
		{
			Key: "noam-nude", By: "noam", Age: ago(39, 30), Warning: "nudity", Sensitive: true, Lang: "he", Likes: 20,
			Text:     []Part{t("פסנתר בלי תיבה. סימנתי ליתר ביטחון.")},
			Pictures: []Picture{{Seed: 47, Scene: Panel, Width: 640, Height: 480, Alt: "המנגנון החשוף של פסנתר, מצולם בכבוד: ברגים, חוטים ושום בושה."}},
		},
	})...)
}

func skyPeople() []Post {
	return on(Bluesky, []Post{
		{
			Key: "ines-saturn", By: "ines", Age: ago(7, 32), Likes: 230, Boosts: 49,
			Text: []Part{t("Showed Saturn to the whole street from a wheelie bin. The man from number 9 looked, stood up, and said: “Well, that's just sitting there, isn't it. All this time.” "), tag("astronomy")},
			Pictures: []Picture{{
				Seed: 28, Scene: Night, Width: 800, Height: 600,
				Alt: "Night over dark ridges, a crescent moon upper left. Saturn is one of the dots; I know which.",
			}},
		},
		{
			Key: "rosa-saturn", By: "rosa", Age: ago(7, 20), ReplyTo: "ines-saturn", Likes: 29,
			Text: []Part{mention("ines"), t(" Number 9 is a philosopher. Is the bin available on Thursdays?")},
		},
		{
			Key: "ines-saturn-2", By: "ines", Age: ago(7, 11), ReplyTo: "rosa-saturn", Likes: 27,
			Text: []Part{mention("rosa"), t(" Thursday is bin day. We lost Jupiter that way.")},
		},
		{
			Key: "rosa-ride", By: "rosa", Age: ago(8, 25), Likes: 74, Boosts: 10,
			Text: []Part{t("112 km, 3 punctures, 1 dog who wanted to be a cyclist, 0 regrets. 🚴🏽‍♀️💨")},
			Pictures: []Picture{
				{Seed: 22, Scene: Hills, Width: 800, Height: 500, Alt: "Km 30: a long valley, layered hills, birds going the sensible way."},
				{Seed: 25, Scene: Hills, Width: 800, Height: 500, Alt: "Km 80: more hills. Nobody said there would be more hills."},
				{Seed: 96, Scene: Town, Width: 800, Height: 500, Alt: "Km 112: home, after dark, most windows lit."},
			},
		},
		{
			Key: "rosa-parcel", By: "rosa", Age: ago(13, 0), Likes: 96, Boosts: 20,
			Text: []Part{t("Delivered a parcel to a lighthouse. Signed for with a foghorn.")},
		},
		{
			Key: "rosa-edge", By: "rosa", Age: ago(34, 20), Likes: 120, Boosts: 33,
			Text: []Part{t(threeHundred)},
		},
		{
			Key: "ines-only-pic", By: "ines", Age: ago(16, 30), Likes: 65,
			Pictures: []Picture{{Seed: 61, Scene: Night, Width: 800, Height: 800, Alt: "Just the sky over the hills at two in the morning. No caption; it was not that kind of night."}},
		},
		{
			Key: "gazette-fete", By: "gazette", Age: ago(23, 15), Likes: 58, Boosts: 12,
			Text: []Part{t("The fête's cake competition has been won by a cake. The judges' statement runs to eleven words and two of them are “cake”. More on paper, Friday.")},
		},
		{
			Key: "ana-fete", By: "ana", Age: ago(22, 55), ReplyTo: "gazette-fete", Likes: 31,
			Text: []Part{mention("gazette"), t(" Can I have this as a monitoring alert?")},
		},
		{
			Key: "you-fete", By: Viewer, Age: ago(22, 40), ReplyTo: "gazette-fete", Likes: 5,
			Text: []Part{mention("gazette"), t(" I was there. It was a very good cake.")},
		},
		{
			Key: "gazette-fete-2", By: "gazette", Age: ago(22, 20), ReplyTo: "you-fete", Likes: 12,
			Text: []Part{mention(Viewer), t(" May we quote you? You would be on page one.")},
		},
	})
}

// threeHundred is exactly as long as a Bluesky post may be, in graphemes.
const threeHundred = `A courier's prayer: green lights where it matters, a bell that is heard, gloves that match, no swans. May the lift work, may the doorbell be labelled, may the dog be a metaphor. And if I must climb, let there be a view; and if there is a view, let somebody up there have ordered soup for two. 🚲 Amen.`
