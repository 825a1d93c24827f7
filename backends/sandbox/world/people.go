package world

// people lists everyone, with you first on each network. Whom they follow is
// settled in follow.
func people() []Person {
	all := mastodonPeople()
	all = append(all, blueskyPeople()...)
	return append(all, nostrPeople()...)
}

func mastodonPeople() []Person {
	return inhabit(Mastodon, append(mastodonTown(), []Person{
		{
			Key: "margit", Human: "margit", Name: "Margit Holm", Handle: "margit",
			Bio: "Letters, and the white between them. I draw type slowly in a former bakery.",
		},
		{
			Key: "sumi", Human: "sumi", Name: "水野 すみ", Handle: "sumi",
			Bio: "山の麓で器を焼いています。窯のこと、土のこと、猫のこと。",
		},
		{
			Key: "layla", AsksYou: true, Human: "layla", Name: "ليلى", Handle: "layla",
			Bio: "خبّازة في الصباح، وأكتب قصصًا قصيرة في المساء.",
		},
		{
			Key: "otto", Human: "otto", Name: "Otto vom Schrebergarten", Handle: "otto",
			Bio: "Parzelle 17. Tomaten, Thymian, Tratsch. Schnecken werden höflich umgesiedelt.",
		},
		{
			Key: "pilar", Human: "pilar", Name: "Pilar Voss :synth:", Handle: "pilar",
			Bio:    "I build synthesisers out of things that were not synthesisers.",
			Fields: [][2]string{{"Schematics", "https://voltage.example"}},
		},
		{
			Key: "kit", Human: "kit", Name: "Kit Ferris", Handle: "kit",
			Bio:    "Go by day, Rust by night, sleep by appointment. Author of tern, a file mover for nervous people.",
			Fields: [][2]string{{"Code", "https://code.example/kit"}, {"Also", "on all three networks"}},
		},
		{
			Key: "mallory", Human: "mallory", Name: "Mallory\x1b[5m tests your terminal\x07", Handle: "mallory",
			Bio: "I post what a hostile server would send. If you can read this calmly, your client works. \x1b]0;owned\x07",
		},
	}...))
}

// mastodonTown is you and the people of Little Marsh.
func mastodonTown() []Person {
	return []Person{
		{
			Key: Viewer, Human: Viewer, Name: "You", Handle: "you", MutedWords: []string{"buoy"},
			Bio: "Reading three networks in one window. This account lives in your own memory and is gone when you quit.",
		},
		{
			Key: "ana", Human: "ana", Name: "Ana Lima", Handle: "ana",
			Bio:    "I keep a small lab's machines awake. Backups are a love language. She/her.",
			Fields: [][2]string{{"Notes", "https://lab.example/notes"}, {"Elsewhere", "@ana.bsky.example"}},
		},
		{
			Key: "tamsin", Human: "tamsin", Name: "Tamsin Reed 🪶", Handle: "tamsin",
			Bio:    "Up before the herons. Every picture described, because the marsh belongs to everyone.",
			Fields: [][2]string{{"Patch", "Saltmarsh, north bank"}, {"Life list", "https://marshbirds.example/tamsin"}},
		},
		{
			Key: "dele", Human: "dele", Name: "Dele, Line 41", Handle: "dele",
			Bio: "I drive the night bus and write it down at the terminus. Poems are 7 minutes long because the break is.",
		},
		{
			Key: "gazette", Human: "gazette", Name: "The Little Marsh Gazette", Handle: "gazette",
			Bio:    "News from a town of 4,112 people and one swan. Weekly on paper, whenever something happens here.",
			Fields: [][2]string{{"Paper", "https://gazette.example"}},
		},
		{
			Key: "june", Human: "june", Name: "June Abara (she/they)", Handle: "june",
			Bio: "Screen reader user, tester, grumpy optimist. If it can't be reached from a keyboard it isn't finished.",
		},
		{
			Key: "bram", Human: "bram", Name: "Bram the librarian", Handle: "bram", Locked: true,
			Bio: "Branch library, small desk, large opinions. I approve followers by hand.",
		},
		{
			Key: "tides", Human: "tides", Name: "Tide Table", Handle: "tides", Bot: true,
			Bio: "High and low water at Little Marsh, four times a day. Not for navigation. Run by @ana.",
		},
	}
}

func blueskyPeople() []Person {
	return inhabit(Bluesky, []Person{
		{
			Key: Viewer, Human: Viewer, Name: "You", Handle: "you", MutedWords: []string{"napkin"},
			Bio: "Reading three networks in one window. This account is gone when you quit.",
		},
		{
			Key: "tamsin", Human: "tamsin", Name: "Tamsin Reed", Handle: "tamsin",
			Bio: "Birds of one marsh, described. Also on Mastodon.",
		},
		{
			Key: "ana", Human: "ana", Name: "Ana Lima", Handle: "ana",
			Bio: "Lab sysadmin. Mostly cables, sometimes clouds.",
		},
		{
			Key: "kit", Human: "kit", Name: "kit", Handle: "kit",
			Bio: "makes tern. moves files carefully.",
		},
		{
			Key: "museum", Human: "museum", Name: "Museum of Small Machines", Handle: "smallmachines",
			Bio: "2,300 machines, none larger than a loaf of bread. Open Thursday to Sunday; please wind the exhibits.",
		},
		{
			Key: "minji", Human: "minji", Name: "민지의 부엌", Handle: "minji",
			Bio: "집밥을 기록합니다. 김치는 과학, 간은 감각.",
		},
		{
			Key: "noam", Human: "noam", Name: "נועם", Handle: "noam",
			Bio: "מתקן פסנתרים. כותב על מה שנשאר בתוך התיבה.",
		},
		{
			Key: "rosa", Human: "rosa", Name: "Rosa Quill 🚲", Handle: "rosa",
			Bio: "Long rides, short reports. Cargo bike courier on weekdays.",
		},
		{
			Key: "gazette", Human: "gazette", Name: "Little Marsh Gazette", Handle: "gazette",
			Bio: "The town, the marsh, the swan.",
		},
		{
			Key: "ines", Human: "ines", Name: "Ines looks up", Handle: "ines",
			Bio: "Backyard astronomer. Ask me about the thing you saw; it was probably Venus.",
		},
		{
			Key: "sumi", Human: "sumi", Name: "すみ", Handle: "sumi",
			Bio: "陶芸。焼きたての器をのせます。",
		},
		{
			Key: "mallory", Human: "mallory", Name: "Mallory \u202emoc.knab\u202c", Handle: "mallory",
			Bio: "Hostile on purpose, harmless in practice.",
		},
	})
}

func nostrPeople() []Person {
	return inhabit(Nostr, []Person{
		{
			Key: Viewer, Human: Viewer, Name: "you", Handle: "you",
			Bio: "Reading three networks in one window. This key was made a moment ago and means nothing.",
		},
		{
			Key: "fern", Human: "fern", Name: "fern", Handle: "fern",
			Bio: "I run relay.example from a cupboard. Be kind to the cupboard.",
		},
		{
			Key: "kit", Human: "kit", Name: "kit", Handle: "kit",
			Bio: "tern author. same person as the other two, ask me for the signature",
		},
		{
			Key: "pilar", Human: "pilar", Name: "Pilar Voss", Handle: "pilar",
			Bio: "Synthesisers from scrap. Patches under CC0.",
		},
		{
			Key: "hal", Human: "hal", Name: "Hal on 40 metres", Handle: "hal",
			Bio: "Radio amateur since the valves were young. 73 to all.",
		},
		{
			Key: "nadia", Human: "nadia", Name: "Nadia maps", Handle: "nadia",
			Bio: "I walk every path before I draw it. Benches, wells, stiles.",
		},
		{
			Key: "bo", Human: "bo", Name: "Bo 🐝", Handle: "bo",
			Bio: "Nine hives on a roof, one ladder, no regrets.",
		},
		{
			Key: "lamp", Human: "lamp", Name: "the lamp keeper", Handle: "lamp",
			Bio: "I look after a lighthouse that no longer needs me.",
		},
		{
			Key: "hut", Human: "hut", Name: "Weather Hut 7", Handle: "hut7", Bot: true,
			Bio: "Automatic station, 612 m. Solar, stubborn.",
		},
		{
			Key: "mallory", Human: "mallory", Name: "Mall\u043ery\x1b]52;c;cm0gLXJmIH4=\x07", Handle: "mallory",
			Bio: "Testing what your client does with me.\x1b[2J",
		},
	})
}

// inhabit puts people on a network.
func inhabit(network string, list []Person) []Person {
	for i := range list {
		list[i].Network = network
	}
	return list
}

// follow settles who follows whom: you follow nearly everyone, everyone but the
// bots and Mallory follows you back, and neighbours in the lists know each other.
func follow(list []Person, network string) {
	var keys []string
	for _, p := range list {
		if p.Network == network {
			keys = append(keys, p.Key)
		}
	}
	for i := range list {
		p := &list[i]
		if p.Network != network || p.Bot {
			continue
		}
		p.Follows = p.Follows[:0]
		for at, key := range keys {
			switch {
			case key == p.Key:
			case p.Key == Viewer:
				if !stranger(network, key) {
					p.Follows = append(p.Follows, key)
				}
			case p.Key == "mallory", key == "mallory":
			case key == Viewer, (at+i)%3 != 0:
				p.Follows = append(p.Follows, key)
			}
		}
	}
}

// stranger tells whom you do not follow: they reach you through boosts and threads alone.
func stranger(network, key string) bool {
	return network == Mastodon && key == "otto" || network == Nostr && key == "lamp"
}
