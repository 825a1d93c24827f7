package world

import (
	"math/rand/v2"
	"slices"
	"time"
)

// written is everything that was written by hand.
func written() []Post {
	return slices.Concat(
		on(Mastodon,
			Post{
				Key: "ana-runners", By: "ana", Age: 4 * time.Minute, Lang: "en", Likes: 48, Boosts: 12,
				Text: []Part{t("We moved the lab to our own runners. What broke, and what I would not do again: "), link("https://lab.example/notes", "")},
				Card: &Card{URL: "https://lab.example/notes", Title: "Moving CI home: a diary", Description: "Eleven machines, one power strip."},
			},
			Post{Key: "june-runners-1", By: "june", Age: 3 * time.Minute, Lang: "en", ReplyTo: "ana-runners", Text: []Part{mention("ana"), t(" one power strip??")}},
		),
		on(Bluesky, Post{
			Key: "tamsin-heron", By: "tamsin", Age: 9 * time.Minute, Lang: "en", Likes: 5,
			Text:     []Part{t("Dawn shift. "), tag("birds")},
			Pictures: []Picture{{Seed: 3, Scene: Heron, Width: 800, Height: 600, Alt: "A heron on thin legs in shallow water at dawn, a jetty behind it."}},
		}),
		on(Nostr, Post{Key: "fern-cupboard", By: "fern", Age: 12 * time.Minute, Text: []Part{t("the cupboard is warm tonight")}}),
	)
}

func later(*rand.Rand) []Post { return nil }

func filler(*rand.Rand, int) []Post { return nil }
