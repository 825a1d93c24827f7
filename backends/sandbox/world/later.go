package world

import "fmt"

// laterForms is how many posts in set form the trickle has beside the written ones.
const laterForms = 140

// later is the trickle: what is written by hand, in its order, each followed by one
// post in set form, and then set form alone.
func later(d *deck) []Post {
	var posts []Post
	spoken := laterWritten()
	for i := range max(laterForms, len(spoken)) {
		if i < len(spoken) {
			posts = append(posts, spoken[i])
		}
		if i < laterForms {
			posts = append(posts, setForm(d, fmt.Sprintf("later-form-%d", i), 0))
		}
	}
	return posts
}

// laterWritten goes round the networks, so that no two neighbours come from the same one.
func laterWritten() []Post {
	m, b, n := laterMastodon(), laterBluesky(), laterNostr()
	var posts []Post
	for i := range max(len(m), len(b), len(n)) {
		for _, list := range [][]Post{m, b, n} {
			if i < len(list) {
				posts = append(posts, list[i])
			}
		}
	}
	return posts
}

func laterMastodon() []Post {
	return on(Mastodon, []Post{
		{Key: "later-dele-1", By: "dele", Likes: 12, Text: []Part{t("Break over. The kettle at the terminus has been replaced by a better kettle. I feel I should have been consulted.")}},
		{Key: "later-ana-1", By: "ana", ReplyTo: "dele-runners", Text: []Part{mention("dele"), t(" Is it on its own circuit? Asking for eleven machines.")}},
		{Key: "later-you-1", By: "june", ReplyTo: "you-hello", Text: []Part{mention(Viewer), t(" How is the window? Still draughty?")}},
		{
			Key: "later-tamsin-1", By: "tamsin", Likes: 4, Text: []Part{t("He has caught something. It is a glove. "), tag("herons")},
			Pictures: []Picture{{Seed: 72, Scene: Heron, Width: 800, Height: 600, Alt: "The heron again, very upright, with the air of somebody who has found the wrong glove."}},
		},
		{Key: "later-gazette-1", By: "gazette", Likes: 40, Boosts: 9, QuoteOf: "later-tamsin-1", Text: []Part{t("We can confirm that this is glove no. 5.")}},
		{Key: "later-margit-1", By: "margit", ReplyTo: "margit-poll", Text: []Part{t("“Ask the baker” is winning. I have asked the baker. The baker says “smaller”.")}},
		{Key: "later-layla-1", By: "layla", Lang: "ar", Text: []Part{mention("margit"), t(" الخبّازة تقول: اكتبوا ما شئتم، سيُؤكل قبل أن يُقرأ.")}, ReplyTo: "later-margit-1"},
		{Key: "later-sumi-1", By: "sumi", Lang: "ja", Text: []Part{t("窯の火を入れました。あとは待つだけ。待つのがいちばん熱い。")}},
		{Key: "later-bram-1", By: "bram", Warning: "library opinions", Text: []Part{t("Bookmarks that are not bookmarks, this month: a feather, a bus ticket, bacon. The feather may stay.")}},
		{Key: "later-june-boost", By: "june", BoostOf: "dele-terminus"},
		{
			Key: "later-pilar-1", By: "pilar", Text: []Part{t("Which should I circuit-bend next? "), emoji("synth")},
			Poll: &Poll{Options: []string{"the doorbell", "the other toaster", "a mechanical nod (on loan)"}, Votes: []int{0, 1, 0}, Open: ago(24, 0)},
		},
		{Key: "later-kit-1", By: "kit", Likes: 3, Text: []Part{t("tern 2.0.1: the calmer voice no longer whispers on Windows paths.")}},
		{Key: "later-you-2", By: "bram", ReplyTo: "bram-direct", Visibility: "direct", Text: []Part{mention(Viewer), t(" No hurry about that book. It waited forty years for the last one.")}},
		{Key: "later-dele-2", By: "dele", Likes: 9, Text: []Part{t("Green, green, green.\nThe whole town\nholding its doors\nfor me.")}},
	})
}

func laterBluesky() []Post {
	return on(Bluesky, []Post{
		{Key: "later-museum-1", By: "museum", Likes: 18, Text: []Part{t("It has raised the flag again. Staff are on their feet.")}},
		{Key: "later-noam-1", By: "noam", Lang: "he", ReplyTo: "later-museum-1", Text: []Part{mention("museum"), t(" תמסרו לה: כל הכבוד.")}},
		{Key: "later-rosa-1", By: "rosa", Text: []Part{t("Gerald update: he is a wheelwright. I have been given tea and an opinion on spokes.")}},
		{
			Key: "later-ines-1", By: "ines", Text: []Part{t("Clear for eleven minutes. Got it.")},
			Pictures: []Picture{{Seed: 110, Scene: Night, Width: 800, Height: 600, Alt: "A crescent moon with a soft glow, sharp stars above dark ridges."}},
		},
		{Key: "later-minji-1", By: "minji", Lang: "ko", Text: []Part{t("찌개를 다 먹고 나서야 사진을 안 찍은 게 생각났습니다. 맛있었다는 뜻입니다.")}},
		{Key: "later-you-b1", By: "rosa", ReplyTo: "you-sky", Text: []Part{mention(Viewer), t(" One swift here! Sending it your way.")}},
		{Key: "later-tamsin-b1", By: "tamsin", QuoteOf: "tamsin-heron", Text: []Part{t("Correction: two of us now have breakfast. He dropped it; I had a biscuit.")}},
		{Key: "later-museum-boost", By: "museum", BoostOf: "ines-venus"},
		{Key: "later-gazette-b1", By: "gazette", Text: []Part{t("The fridge that the mayor opened has been closed by the deputy mayor. A ceremony was held.")}},
		{Key: "later-kit-b1", By: "kit", Text: []Part{t("wrote a test that fails. it is the best thing I made all day.")}},
		{Key: "later-ana-b1", By: "ana", ReplyTo: "later-kit-b1", Text: []Part{mention("kit"), t(" Frame it.")}},
		{
			Key: "later-sumi-b1", By: "sumi", Lang: "ja", Text: []Part{t("足跡の皿、焼き上がりました。猫は「もう一枚」と言っています。")},
			Pictures: []Picture{{Seed: 231, Scene: Bowl, Width: 720, Height: 540, Alt: "焼き上がった器。縁の近くに、小さな足跡のような釉薬のむら。"}},
		},
		{Key: "later-rosa-2", By: "rosa", Text: []Part{t("Home. 🚲 Legs: no. Heart: yes. Flapjack: gone.")}},
	})
}

func laterNostr() []Post {
	return on(Nostr, []Post{
		{Key: "later-fern-1", By: "fern", Text: []Part{t("somebody just said good morning in eleven languages, one of them whistled. stored it anyway")}},
		{Key: "later-hal-1", By: "hal", ReplyTo: "hal-cq", Text: []Part{t("The fishing boat again. He has hung up a second bedspring. We have begun something.")}},
		{Key: "later-lamp-1", By: "bo", ReplyTo: "bo-quote", Text: []Part{t("Update: hive 2 has answered. It was a complaint about the hoover.")}},
		{Key: "later-you-n1", By: "fern", ReplyTo: "you-relay", Text: []Part{mention(Viewer), t(" your shoes are under the switch, whenever you need them")}},
		{
			Key: "later-nadia-1", By: "nadia", Text: []Part{t("Bench 1,001. It faces bench 1,000's wall from the other side. I sat down and waved. "), tag("mapping")},
			Pictures: []Picture{{Seed: 58, Scene: Hills, Width: 800, Height: 500, Alt: "Rolling ridges and small firs, with birds drifting left."}},
		},
		{Key: "later-kit-n1", By: "kit", QuoteOf: "fern-uptime", Text: []Part{t("400 days is also how long I have meant to paint my cupboard")}},
		{Key: "later-fern-boost", By: "fern", BoostOf: "hal-cq"},
		{Key: "later-bo-1", By: "bo", Warning: "bee sting, again, still my fault", Text: []Part{t("It was a different yellow shirt.")}},
		{Key: "later-pilar-n1", By: "pilar", Text: []Part{t("The fridge modulates to D when you open the door. I have been standing here a while. "), tag("diysynth")}},
		{Key: "later-hal-2", By: "hal", Text: []Part{t("Conditions opening to the north. Heard a lighthouse say goodnight to somebody. Did not break in.")}},
		{Key: "later-fern-2", By: "fern", ReplyTo: "later-fern-1", Text: []Part{t("correction: twelve. the fridge was also talking")}},
		{Key: "later-nadia-2", By: "nadia", Text: []Part{t("Question for the night shift: if a path is only there when somebody walks it, do I map it dashed or dotted?")}},
		{Key: "later-hal-3", By: "hal", ReplyTo: "later-nadia-2", Text: []Part{mention("nadia"), t(" Dashed. Dah-dah-dah. Sounds better on the key.")}},
	})
}
