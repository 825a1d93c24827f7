package config

import (
	"fmt"
	"slices"
	"strings"
)

// Tab is a tab that the person wants: a table [[tab]]. They stand after Home, in the
// order of the file.
type Tab struct {
	Name     string   `toml:"name,omitempty"`     // what the header calls it; "": the feed's own title
	Feed     string   `toml:"feed"`               // as timeline --feed takes it
	Accounts []string `toml:"accounts,omitempty"` // names; none: every account that has the feed
	Networks []string `toml:"networks,omitempty"` // none: all
	Boosts   *bool    `toml:"boosts,omitempty"`   // false leaves them out; nil: shown
	Replies  *bool    `toml:"replies,omitempty"`  // false leaves out those to others
	Media    bool     `toml:"media,omitempty"`    // only posts with media
	Lang     []string `toml:"lang,omitempty"`     // only posts in these; those that name none are shown
	Words    []string `toml:"words,omitempty"`    // only posts that say one of these
}

// Networks lists the values of a tab's networks.
func Networks() []string { return []string{"mastodon", "bluesky", "nostr"} }

// maxTabs is how many tabs a file may have.
const maxTabs = 30

// checkTabs finds what makes no sense of tabs; which feeds there are, whoever reads
// them knows.
func checkTabs(tabs []Tab) error {
	if len(tabs) > maxTabs {
		return fmt.Errorf("tab: %d are too many, at most %d", len(tabs), maxTabs)
	}
	for i, t := range tabs {
		where := fmt.Sprintf("tab %d", i+1)
		if t.Name != "" {
			where += fmt.Sprintf(" (%q)", t.Name)
		}
		switch {
		case strings.TrimSpace(t.Feed) == "":
			return fmt.Errorf("%s: feed is missing; `skein feeds` lists what there is", where)
		case slices.ContainsFunc(t.Accounts, func(s string) bool { return strings.TrimSpace(s) == "" }):
			return fmt.Errorf("%s: accounts has an empty name", where)
		}
		for _, n := range t.Networks {
			if !slices.Contains(Networks(), n) {
				return fmt.Errorf("%s: networks: %q is none of %s", where, n, strings.Join(Networks(), ", "))
			}
		}
		for _, l := range t.Lang {
			if !Language(l) {
				return fmt.Errorf("%s: lang: %q is no language tag such as en or pt-BR", where, l)
			}
		}
	}
	return nil
}
