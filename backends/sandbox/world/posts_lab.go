package world

import "slices"

// labTalk is machines and the people who look after them.
func labTalk() []Post {
	posts := slices.Concat(backups(), labels(), benchNotes(), labElsewhere())
	return append(posts,
		also(pick(posts, "ana-backup"), Bluesky, sec(40)),
		also(pick(posts, "kit-nil"), Nostr, sec(90)),
	)
}

func backups() []Post {
	return on(Mastodon, []Post{
		{
			Key: "ana-backup", Pinned: true, By: "ana", Age: ago(2, 12), Likes: 133, Boosts: 61,
			Text: []Part{t("Nobody wants a backup. Everybody wants a restore. I have put this on a mug, and then I made a second mug.")},
		},
		{
			Key: "kit-backup", By: "kit", Age: ago(2, 5), ReplyTo: "ana-backup", Likes: 28,
			Text: []Part{mention("ana"), t(" Is the second mug in a different building?")},
		},
		{
			Key: "ana-backup-2", By: "ana", Age: ago(2, 3), ReplyTo: "kit-backup", Likes: 44, LikedByYou: true,
			Text: []Part{mention("kit"), t(" It is at my mother's. She tests it every morning.")},
		},
		{
			Key: "bram-backup", By: "bram", Age: ago(1, 58), ReplyTo: "ana-backup", Likes: 12,
			Text: []Part{mention("ana"), t(" A library is a backup that people are allowed to touch.")},
		},
	})
}

// labels is June's: what a button says when nobody wrote anything on it.
func labels() []Post {
	return on(Mastodon, []Post{
		{
			Key: "june-label", By: "june", Age: ago(1, 20), Likes: 204, Boosts: 97,
			Text: []Part{t("Heard today on a checkout page: “button, button, button, image, button, graphic four seven one underscore final, button.” Reader, I bought nothing. "), tag("accessibility")},
		},
		{
			Key: "margit-label", By: "margit", Age: ago(1, 12), ReplyTo: "june-label", Likes: 17,
			Text: []Part{mention("june"), t(" graphic_471_final is at least honest about its hopes.")},
		},
		{
			Key: "june-label-2", By: "june", Age: ago(1, 9), ReplyTo: "margit-label", Likes: 25,
			Text: []Part{mention("margit"), t(" There was a 472.")},
		},
		{
			Key: "kit-label", By: "kit", Age: ago(1, 4), ReplyTo: "june-label", Likes: 6,
			Text: []Part{mention("june"), t(" Honest question: is a sensible default better than nothing, or does it hide the problem?")},
		},
		{
			Key: "june-label-3", By: "june", Age: ago(0, 58), ReplyTo: "kit-label", Likes: 39, Boosts: 11,
			Text: []Part{mention("kit"), t(" Say what it does, or say nothing and let me skip it. “Image” is a door with the word DOOR on it.")},
		},
		{
			Key: "kit-label-2", By: "kit", Age: ago(0, 51), ReplyTo: "june-label-3", Likes: 8,
			Text: []Part{mention("june"), t(" Right. Opened an issue against myself.")},
		},
		{
			Key: "june-label-4", By: "june", Age: ago(0, 46), ReplyTo: "kit-label-2", Likes: 14,
			Text: []Part{mention("kit"), t(" This is the most romantic thing a developer has ever said to me.")},
		},
	})
}

// benchNotes has the polls, the quiet posts and the closed doors.
func benchNotes() []Post {
	return on(Mastodon, []Post{
		{
			Key: "kit-poll", By: "kit", Age: ago(5, 30), Likes: 20, Boosts: 5,
			Text: []Part{t("Which of these have you typed into a terminal out loud, in anger? (Choose all that apply.) "), tag("golang"), t(" "), tag("rustlang")},
			Poll: &Poll{
				Options: []string{"please", "why", "the same command again", "sudo please"},
				Votes:   []int{102, 187, 311, 96}, Multiple: true, Open: ago(24, 0),
			},
		},
		{
			Key: "ana-poll-old", By: "ana", Age: ago(50, 10), Likes: 33, Boosts: 14,
			Text: []Part{t("The label maker is out of tape. We name the new file server by vote and I will honour the result, whatever it is.")},
			Poll: &Poll{
				Options: []string{"shelf", "bigger-shelf", "gerald", "do-not-unplug"},
				Votes:   []int{21, 35, 90, 144}, Open: ago(24, 0),
			},
		},
		{
			Key: "ana-poll-result", By: "ana", Age: ago(25, 40), QuoteOf: "ana-poll-old", Likes: 88, Boosts: 19,
			Text: []Part{t("do-not-unplug.lab.example is live. It was unplugged at 16:10 by someone who thought it was a note. "), emoji("facepalm")},
		},
		{
			Key: "ana-quiet", By: "ana", Age: ago(8, 45), Visibility: "unlisted", Likes: 9,
			Text: []Part{t("Unlisted, because it is small: the noise I had been chasing for a week was the plant. The plant was in the rack. The plant is fine.")},
		},
		{
			Key: "bram-desk", By: "bram", Age: ago(3, 40), Visibility: "followers", Likes: 21,
			Text: []Part{t("Followers only: a boy returned a book about dinosaurs and asked whether there is a newer edition, “in case something happened.”")},
		},
		{
			Key: "bram-direct", By: "bram", Age: ago(1, 35), Visibility: "direct",
			Text: []Part{mention(Viewer), t(" The book you asked for is in. It smells of someone's pipe but all the pages are there. I'll keep it behind the desk until Friday.")},
		},
		{
			Key: "kit-edit", By: "kit", Age: ago(7, 15), Edited: true, Likes: 51, Boosts: 16,
			Text: []Part{t("Three things I believe about error messages:\n1. Say what was tried.\n2. Say what to do next.\n3. Never say “oops”.\n\nEdit: there were four. I have handled the fourth.")},
		},
		{
			Key: "kit-nil", Pinned: true, By: "kit", Age: ago(21, 20), Likes: 77, Boosts: 18,
			Text: []Part{t("Spent the day proving that a nil is not nil. It is Tuesday somewhere in the type system. "), tag("golang")},
		},
		{
			Key: "june-tip", By: "june", Age: ago(28, 5), Likes: 160, Boosts: 102,
			Text: []Part{t("Two-minute test for your app: unplug the mouse. Put it in a drawer. Now change your password. If you opened the drawer, you found a bug. "), tag("accessibility")},
		},
		{Key: "ana-boost-june", By: "ana", Age: ago(27, 30), BoostOf: "june-tip"},
		{Key: "bram-boost-june", By: "bram", Age: ago(4, 10), BoostOf: "june-tip"},
	})
}

func labElsewhere() []Post {
	return append(on(Bluesky, []Post{
		{
			Key: "kit-rust", By: "kit", Age: ago(1, 44), Likes: 90, Boosts: 12,
			Text: []Part{t("the borrow checker and I have reached an agreement. it was the borrow checker's agreement. I was present.")},
		},
		{
			Key: "ana-rust", By: "ana", Age: ago(1, 40), ReplyTo: "kit-rust", Likes: 21,
			Text: []Part{mention("kit"), t(" Did you at least get to keep the house?")},
		},
		{
			Key: "kit-rust-2", By: "kit", Age: ago(1, 38), ReplyTo: "ana-rust", Likes: 48,
			Text: []Part{mention("ana"), t(" I have it on a short lease.")},
		},
		{
			Key: "ana-clouds", By: "ana", Age: ago(11, 25), Likes: 37,
			Text: []Part{t("Someone asked which cloud we use. I opened the window.")},
			Pictures: []Picture{{
				Seed: 141, Scene: Landscape, Width: 800, Height: 450,
				Alt: "The view from the lab's only window: a still blue lake, soft clouds above it, no data in them.",
			}},
		},
	}), on(Nostr, []Post{
		{
			Key: "kit-sign", By: "kit", Age: ago(3, 20), Likes: 13,
			Text: []Part{t("a thing I like here: if you doubt that I said it, you can do the sum yourself.")},
		},
		{
			Key: "fern-sign", By: "fern", Age: ago(3, 12), ReplyTo: "kit-sign", Likes: 9,
			Text: []Part{mention("kit"), t(" did the sum. it was you. disappointing plot")},
		},
		{
			Key: "hal-sign", By: "hal", Age: ago(3, 1), ReplyTo: "fern-sign", Likes: 12,
			Text: []Part{mention("fern"), t(" "), mention("kit"), t(" In my day we knew each other by the way a man keyed his Q.")},
		},
		{
			Key: "kit-sign-2", By: "kit", Age: ago(2, 55), ReplyTo: "hal-sign", Likes: 16,
			Text: []Part{mention("hal"), t(" that is a signature scheme and I would like the paper please")},
		},
		{
			Key: "hal-sign-2", By: "hal", Age: ago(2, 47), ReplyTo: "kit-sign-2", Likes: 20,
			Text: []Part{mention("kit"), t(" It was never written down. That was the security.")},
		},
	})...)
}
