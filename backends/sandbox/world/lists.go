package world

// List is a list of people that the viewer keeps on a network.
type List struct {
	Network string
	Name    string
	People  []string // Keys
}

// Feed is a custom feed that somebody on Bluesky makes: posts with a tag.
type Feed struct {
	By, Name, Key string
	Tag           string
}

// lists are the viewer's. One name on all networks reads them all at once.
func lists() []List {
	return []List{
		{Mastodon, "Workshop", []string{"ana", "kit", "pilar"}},
		{Mastodon, "Marsh", []string{"tamsin", "gazette", "tides"}},
		{Bluesky, "Workshop", []string{"ana", "kit", "museum"}},
		{Nostr, "Workshop", []string{"kit", "pilar", "hal"}},
	}
}

// feeds are the custom feeds; the viewer has saved them all.
func feeds() []Feed {
	return []Feed{{By: "museum", Name: "Birds, all of them", Key: "birds", Tag: "birds"}}
}

// followed are the tags that the viewer follows, where the network has that.
func followed() []string { return []string{"birds", "golang"} }
