package world

import "fmt"

func busLog(d *deck) []Part {
	return []Part{t(fmt.Sprintf("Line 41, %02d:%02d. %d passengers, %s.", d.num(21, 28)%24, d.num(0, 59), d.num(1, 23), d.deal("bus", []string{
		"one cello, no questions", "somebody humming, nobody minding", "two people falling in love, one falling asleep", "a cake on its own seat",
		"all looking at the moon at the lights", "nine umbrellas, one owner", "a dog who knew the stop", "someone learning lines, very good, very dead",
		"one left glove (no. 4)", "a proposal, upper deck, yes", "the last one said “night, ship”", "a cactus, belted in",
		"windows steamed, someone drew a fish", "no one, and the bell rang",
	})))}
}

func nowPlaying(d *deck) []Part {
	return []Part{emoji("synth"), t(fmt.Sprintf(" Now playing: “%s” by %s.", d.deal("song", []string{
		"Kettle, Slowly", "Ground Loop", "Harbour in C", "The Lift Is Not in Service", "Warm Boot", "Small Hours, Large Coat",
		"Eleven Metres of Cable", "Fern at the Window", "Mono", "Nobody Rang", "Tape Two, Side Neither",
	}), d.deal("band", []string{
		"The Lower Shelf", "Aunt Voltage", "Municipal Choir No. 3", "Dust & Daughter", "Low Battery Trio", "Orchestra of the Waiting Room", "Pale Fridge",
	})))}
}

func object(d *deck) []Part {
	return []Part{t(fmt.Sprintf("Object %d: %s, %d, %s. %s", d.num(100, 2299), d.deal("object", []string{
		"a grape peeler", "a machine that folds one napkin", "a left-handed metronome", "an alarm clock for two", "a pocket loom", "a letter weigher with doubts",
		"a hat measurer", "a desk fan for moths", "an egg organ", "a page turner, nervous", "a pencil that counts", "a tea stirrer with a governor",
		"a moustache guard, clockwork", "a cat door bell", "a mechanical nod",
	}), d.num(1840, 1955), d.deal("stuff", []string{"brass", "tin and hope", "walnut", "steel", "brass and felt", "card, mostly"}), d.deal("state", []string{
		"Works.", "Works if thanked.", "Worked until Tuesday.", "Purpose under discussion.", "Please do not wind during the tour.", "On loan from a surprised nephew.",
		"The handle is original; so is the bite mark.", "Silent. We think.", "Recently oiled, visibly happier.", "One of two. The other one left.",
	})))}
}

func smallAd(d *deck) []Part {
	return []Part{t(d.deal("ad", []string{
		"FOR SALE: ladder. One owner, afraid of heights. Pristine.", "WANTED: person who returned our hedge trimmer and also did the hedge. Thank you. Who are you?",
		"LESSONS: trombone. Neighbours may attend.", "FREE to good home: forty jars of 2019's plum. Please.", "LOST: a tune, Market Square, Tuesday. Goes up at the end.",
		"SWAP: two deckchairs for two chairs.", "FOR SALE: parachute, used once, small tear. (The tear is emotional.)", "The clock on the town hall is right. Residents are asked to adjust.",
		"WANTED: third for string quartet. We have been managing.", "MISSING: the apostrophe from Fishermans Row.", "FOUND: the apostrophe from Fishermans Row, in Taxi's.",
		"The choir meets on Thursday and, owing to the acoustics, also on Friday.", "FOR SALE: drum kit. URGENT. (Signed: next door.)", "ROOM TO LET, sea view if the sea is up.",
		"The library asks that whoever is finishing the crosswords in pen be right.",
	}))}
}

func delivery(d *deck) []Part {
	return []Part{t(fmt.Sprintf("%d drops, %d km, %s.", d.num(9, 34), d.num(18, 71), d.deal("drop", []string{
		"one dog, mutual respect", "a wedding cake, don't ask about the bridge", "headwind both ways, physics pending", "a sofa cushion the size of a sofa",
		"three doorbells that only sighed", "tailwind, felt like a god", "one signature, in crayon", "a live lobster, now retired", "rain in every pocket",
		"a parcel for the swan (bay 14)", "chain off, chain on, life lesson",
	})))}
}

func seeing(d *deck) []Part {
	return []Part{t(fmt.Sprintf("Seeing %d/10, transparency %d/10. %s ", d.num(2, 9), d.num(2, 9), d.deal("seeing", []string{
		"Moon too loud.", "Caught the ring's gap for one whole second.", "Cloud with excellent timing.", "A satellite waved. I waved.",
		"Dew on everything including the plan.", "Two meteors, one gasp (mine).", "Neighbour's lamp: negotiations resume.", "It was Venus.",
		"A hedgehog audited the tripod.", "Andromeda, like breath on glass.",
	}))), tag("astronomy")}
}
