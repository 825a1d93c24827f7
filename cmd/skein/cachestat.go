package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"skein/config"
	"skein/timeline"
	"skein/timeline/store"
)

// cacheJSON is the cache as JSON. Sizes are in bytes.
type cacheJSON struct {
	Type     string                   `json:"type"` // "cache"
	File     string                   `json:"file"`
	Posts    int                      `json:"posts"`
	People   int                      `json:"people"`
	Networks map[timeline.Network]int `json:"networks"` // posts of each
	Oldest   *stamp                   `json:"oldest,omitempty"`
	Newest   *stamp                   `json:"newest,omitempty"`
	Bytes    int64                    `json:"bytes"`         // on the disk, all of it
	Index    int64                    `json:"index_bytes"`   // of these, what searching needs
	Aside    int64                    `json:"damaged_bytes"` // of these, damaged files that were set aside
	MaxBytes int64                    `json:"max_bytes"`     // by the configuration; 0: no bound
}

func (a *app) cacheStat(ctx context.Context) error {
	return a.withCache(ctx, func(c *store.Cache) error {
		s, err := c.Stat(ctx)
		if err != nil {
			return err
		}
		if a.flags.json {
			return json.NewEncoder(a.out).Encode(cacheJSON{
				Type: "cache", File: s.Path, Posts: s.Posts, People: s.People, Networks: s.Networks,
				Oldest: stampOf(s.Oldest), Newest: stampOf(s.Newest),
				Bytes: onDisk(s), Index: s.Index, Aside: s.Aside, MaxBytes: int64(a.config.Cache.MaxSize),
			})
		}
		_, err = fmt.Fprint(a.out, a.statText(s))
		return err
	})
}

// onDisk is all that the cache takes, in bytes.
func onDisk(s store.Stat) int64 { return s.File + s.Log + s.Aside }

// statText is the cache for a person.
func (a *app) statText(s store.Stat) string {
	var b strings.Builder
	line := func(what, text string) { fmt.Fprintf(&b, "%-8s %s\n", what, text) }
	var parts []string
	for _, n := range timeline.Networks() {
		if s.Networks[n] > 0 {
			parts = append(parts, string(n)+" "+thousands(s.Networks[n]))
		}
	}
	posts := thousands(s.Posts)
	if len(parts) > 0 {
		posts += " (" + strings.Join(parts, ", ") + ")"
	}
	line("posts", posts)
	line("people", thousands(s.People))
	if !s.Oldest.IsZero() {
		const form = "2006-01-02 15:04"
		line("from", s.Oldest.Local().Format(form)+" to "+s.Newest.Local().Format(form))
	}
	size := config.Size(onDisk(s)).String()
	if most := a.config.Cache.MaxSize; most > 0 {
		size += " of at most " + most.String()
	}
	if s.Aside > 0 {
		size += fmt.Sprintf("; %v of it damaged files that were set aside", config.Size(s.Aside))
	}
	line("size", size)
	line("file", s.Path)
	return b.String()
}

// count is a number of things: "1 post", "1,200 posts".
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return thousands(n) + " " + thing + "s"
}

// thousands writes a number with commas: 1,234,567.
func thousands(n int) string {
	digits := strconv.Itoa(n)
	var groups []string
	for len(digits) > 3 {
		groups = append(groups, digits[len(digits)-3:])
		digits = digits[:len(digits)-3]
	}
	groups = append(groups, digits)
	slices.Reverse(groups)
	return strings.Join(groups, ",")
}
