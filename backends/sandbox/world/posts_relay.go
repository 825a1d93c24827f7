package world

import "slices"

// relays is Nostr's own: the cupboard, the radio, the paths, the roof and the lamp.
func relays() []Post {
	return slices.Concat(relayThreads(), roof(), on(Nostr, []Post{
		{
			Key: "lamp-log", By: "lamp", Age: ago(9, 30), Likes: 52,
			Text: []Part{t(lampLog)},
		},
		{Key: "nadia-boost-log", By: "nadia", Age: ago(9, 2), BoostOf: "lamp-log"},
		{
			Key: "nadia-stile", By: "nadia", Age: ago(6, 50), Likes: 21,
			Text: []Part{
				t("There is a stile near the old mill with no fence on either side. I mapped it. People kept asking who would climb it. Today's count, from the bench: eleven, and me twice. "),
				link("https://paths.example/stile/88", ""),
			},
		},
		{
			Key: "nadia-links", By: "nadia", Age: ago(35, 40), Likes: 33,
			Text: []Part{
				t("Reading list for people who want to map their street, in order of how much you will annoy your family:\n1. "),
				link("https://paths.example/start", ""), t("\n2. "), link("https://paths.example/benches", ""),
				t("\n3. "), link("https://paths.example/wells?deep=yes", ""), t("\n4. "), link("https://paths.example/stiles#why", ""),
				t("\n5. "), link("https://paths.example/kerbs/heights/by-the-centimetre", ""), t("\n6. "), link("https://lab.example/notes/gps", ""),
				t("\n7. "), link("https://code.example/nadia/kerbstone", ""), t("\n8. "), link("https://gazette.example/letters/who-is-measuring-my-kerb", ""),
			},
		},
		{
			Key: "hal-future", By: "hal", Age: -ago(19, 0), Likes: 6,
			Text: []Part{t("If this reaches you before I have written it: the battery on the shack's clock has died. I may be transmitting from tomorrow. It is raining here.")},
		},
		{
			Key: "hal-valves", By: "hal", Age: ago(16, 10), Likes: 25,
			Text: []Part{t("Replaced a valve in the receiver tonight. The old one glowed for fifty-one years, which is longer than the firm that made it.")},
		},
		{
			Key: "fern-kinds", Pinned: true, By: "fern", Age: ago(20, 15), Likes: 30,
			Text: []Part{t("things people have asked my relay to store today: 41,000 good mornings, one poem about soup, a chess game at move 3, somebody's whole shopping list as separate events (eggs arrived twice)")},
		},
		{
			Key: "pilar-cc0", By: "pilar", Age: ago(12, 45), Likes: 22,
			Text: []Part{t("New patch, CC0: two oscillators arguing, one reverb saying “boys”. "), link("https://voltage.example/patches/arguing.mp3", "")},
		},
		{
			Key: "hut-night", By: "hut", Age: ago(10, 15),
			Text: []Part{t("Hut 7, 612 m: 3.1 °C, wind NW 5, cloud base at the door, battery 12.7 V. Foxes: two. "), tag("weather")},
		},
		{
			Key: "nadia-only-pic", By: "nadia", Age: ago(30, 50), Likes: 12,
			Pictures: []Picture{{Seed: 33, Scene: Shore, Width: 800, Height: 500, Alt: "Where the path ends: a jetty, reeds, water, and no need to go on."}},
		},
	}))
}

// roof is Bo and the hives.
func roof() []Post {
	return on(Nostr, []Post{
		{
			Key: "bo-swarm", By: "bo", Age: ago(2, 8), Likes: 29,
			Text: []Part{t("Hive 4 has swarmed onto the neighbour's satellite dish. He says the picture is better. "), tag("bees")},
		},
		{
			Key: "bo-warn", By: "bo", Age: ago(11, 5), Warning: "bee sting, my own fault, tiny", Likes: 10,
			Text: []Part{t("Wore the yellow shirt. They took it as a question and I took it on the elbow.")},
		},
		{
			Key: "bo-warn-pic", By: "bo", Age: ago(25, 55), Warning: "very many bees", Sensitive: true, Likes: 17,
			Text:     []Part{t("Frame 6, with about two thousand colleagues somewhere behind those flowers.")},
			Pictures: []Picture{{Seed: 53, Scene: Garden, Width: 720, Height: 540, Alt: "A dense bed of bright flowers below the roof. The bees are implied."}},
		},
		{
			Key: "bo-poll", By: "bo", Age: ago(3, 10), Likes: 14,
			Text: []Part{t("Honey jar label, final vote, the printer closes tomorrow:")},
			Poll: &Poll{Options: []string{"Roof Honey", "Honey, From Above", "It Was The Bees"}, Votes: []int{4, 9, 23}, Open: ago(30, 0)},
		},
	})
}

func relayThreads() []Post {
	return on(Nostr, []Post{
		{
			Key: "fern-disk", By: "fern", Age: ago(5, 50), Likes: 19,
			Text: []Part{t("the relay's disk is 91% full of your breakfast. I am not complaining. I am inviting you to a bigger disk")},
		},
		{
			Key: "bo-disk", By: "bo", Age: ago(5, 44), ReplyTo: "fern-disk", Likes: 8,
			Text: []Part{mention("fern"), t(" I can pay in honey.")},
		},
		{
			Key: "fern-disk-2", By: "fern", Age: ago(5, 38), ReplyTo: "bo-disk", Likes: 11,
			Text: []Part{mention("bo"), t(" what is the exchange rate, honey to terabytes")},
		},
		{
			Key: "bo-disk-2", By: "bo", Age: ago(5, 30), ReplyTo: "fern-disk-2", Likes: 13,
			Text: []Part{mention("fern"), t(" One jar a terabyte. The bees consider it robbery.")},
		},
		{
			Key: "hal-disk", By: "hal", Age: ago(5, 21), ReplyTo: "bo-disk-2", Likes: 16,
			Text: []Part{mention("bo"), t(" "), mention("fern"), t(" In 1971 we stored everything in Derek. Derek remembered frequencies, birthdays, the lot. No backup.")},
		},
		{
			Key: "fern-disk-3", By: "fern", Age: ago(5, 12), ReplyTo: "hal-disk", Likes: 18,
			Text: []Part{mention("hal"), t(" what happened to derek")},
		},
		{
			Key: "hal-disk-2", By: "hal", Age: ago(5, 2), ReplyTo: "fern-disk-3", Likes: 34,
			Text: []Part{mention("fern"), t(" Married a woman with a better memory. Fully replicated now.")},
		},
		{
			Key: "nadia-disk", By: "nadia", Age: ago(5, 33), ReplyTo: "fern-disk", Likes: 7,
			Text: []Part{mention("fern"), t(" Delete my kerbs if you must. Spare the benches.")},
		},
		{
			Key: "you-disk", By: Viewer, Age: ago(4, 55), ReplyTo: "fern-disk", Likes: 4,
			Text: []Part{mention("fern"), t(" I only had toast. I'll keep it short.")},
		},
		{
			Key: "fern-disk-4", By: "fern", Age: ago(4, 48), ReplyTo: "you-disk", Likes: 9,
			Text: []Part{mention(Viewer), t(" toast is 40 bytes. you are my favourite user")},
		},
		{
			Key: "kit-ant", By: "kit", Age: ago(18, 40), Likes: 12,
			Text: []Part{t("wrote a relay client in an afternoon. then wrote the part where relays lie. that was the rest of the month")},
		},
		{
			Key: "fern-ant", By: "fern", Age: ago(18, 25), QuoteOf: "kit-ant", Likes: 15,
			Text: []Part{t("my relay has never lied to anyone. it has been mistaken at great speed")},
		},
	})
}

// lampLog is a long note, as relays take them.
const lampLog = `From the log, for those who asked what a keeper does when the light keeps itself.

05:40. Woke before the lamp went off. Watched it decide. There is a sensor now, the size of a button, and it is braver than I am; I used to give the dawn another ten minutes, in case.

06:10. Tea. One gull at the window, the usual one, with the foot. I have not named it, because the last one I named left.

07:00. Swept the stairs, all 161. I count them each time. On two occasions in thirty years there were 160, and on both I went back down and they had thought better of it.

09:30. The boat with the post. A parcel by bicycle courier as far as the slip, which must be a first. She asked whether to ring. I said there was a horn. I let her do it. I think we both needed that.

12:00. Noon. The glass is falling. Told the hives on the mainland, by radio, through a man called Hal who lends me his aerial. They did not answer, but I am told it is a warm sort of not answering.

14:15. Fog, first from the west and then from everywhere. In fog the light comes back to you: you see the beam itself, going round like somebody looking for their glasses.

16:00. Polished the lens. It does not need it. It is eleven feet of glass made by people who would never see where it stood, so once a week I tell them, out loud, what ships there were. Today: two, and a canoe, asking after a flamingo.

19:20. Dusk. Climbed. Said its name. It came on.

I know it would have come on. But it came on.`
