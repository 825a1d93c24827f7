package world

import "time"

// Message is a direct message. Those on Mastodon are Posts whose Visibility is direct.
type Message struct {
	Network string
	By      string   // Person.Key
	To      []string // Person.Keys on the same network
	Age     time.Duration
	Text    string
}

// messages are what people have written to the Viewer and been answered, oldest first.
func messages() []Message {
	you := []string{Viewer}
	return []Message{
		{Bluesky, "tamsin", you, ago(30, 12), "Found your scarf. It was guarding the telescope."},
		{Bluesky, Viewer, []string{"tamsin"}, ago(29, 40), "That explains the telescope. Keep it till Thursday?"},
		{Nostr, "kit", you, ago(26, 5), "Is your relay up? Mine says yours is down, yours says mine is."},
		{Nostr, Viewer, []string{"kit"}, ago(25, 50), "Both up. They are just not speaking to each other."},
		{Nostr, "kit", you, ago(25, 48), "Story of my week."},
		{Nostr, "fern", []string{Viewer, "bo"}, ago(7, 30), "Swarm on the north hive. Who has the ladder?"},
		{Nostr, "bo", []string{Viewer, "fern"}, ago(7, 21), "I have the ladder. I do not have the courage."},
		{Nostr, Viewer, []string{"fern", "bo"}, ago(7, 2), "I can bring courage at six."},
		{Bluesky, "museum", you, ago(5, 15), "The sewing machine you asked about is a 1911. We let it run on Sundays: https://smallmachines.example/1911"},
		{Bluesky, "tamsin", you, ago(2, 45), "Thursday it is. Bring the scarf a sandwich."},
		{Nostr, "fern", []string{Viewer, "bo"}, ago(1, 10), "Six it is. The bees have been told."},
		{Nostr, "hal", you, ago(0, 52), "Heard you on 40 metres last night, faint but cheerful."},
	}
}
