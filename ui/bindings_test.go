package ui_test

import (
	"strings"
	"testing"

	"skein/ui"
)

func TestCheckKeys(t *testing.T) {
	for _, c := range []struct {
		name string
		own  map[string][]string
		want string // a part of the error, "" for none
	}{
		{"nothing", nil, ""},
		{"another key", map[string][]string{"open": {"x", "alt+right"}}, ""},
		{"swapped", map[string][]string{"down": {"k"}, "up": {"j"}}, ""},
		{"a sequence", map[string][]string{"health": {"g H"}}, ""},
		{"unknown action", map[string][]string{"fly": {"x"}}, `there is no action "fly"`},
		{"no key", map[string][]string{"open": {}}, "open has no key"},
		{"no such key", map[string][]string{"open": {"hyperspace"}}, `"hyperspace" is no key`},
		{"one of ours", map[string][]string{"open": {"j"}}, ""},
		{"a beginning of ours", map[string][]string{"open": {"g"}}, ""},
		{"the README's", map[string][]string{"down": {"j", "n"}}, ""},
		{"taken", map[string][]string{"open": {"x"}, "back": {"x"}}, `"x" is both`},
		{"a beginning", map[string][]string{"open": {"x"}, "back": {"x y"}}, `also the beginning of another`},
		{"ctrl-c", map[string][]string{"open": {"ctrl+c"}}, "is no key"},
		{"a key while writing", map[string][]string{"compose-send": {"alt+enter"}}, ""},
		{"one that writes", map[string][]string{"compose-send": {"x"}}, "is no key beside those that write"},
		{"ours while writing", map[string][]string{"compose-send": {"alt+e"}}, ""},
		{"taken while writing", map[string][]string{"compose-send": {"f5"}, "compose-keep": {"f5"}}, `"f5" is both`},
		{"empty", map[string][]string{"open": {""}}, "is no key"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := ui.CheckKeys(c.own)
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("error is %v, want one with %q", err, c.want)
			}
		})
	}
}

// What keys of the person's take from ours.
func TestKeyless(t *testing.T) {
	for _, c := range []struct {
		name string
		own  map[string][]string
		want string
	}{
		{"nothing", nil, ""},
		{"another is left", map[string][]string{"open": {"j"}}, ""},
		{"the only one", map[string][]string{"open": {"n"}}, "match-next"},
		{"what begins with it", map[string][]string{"open": {"g"}, "back": {"home"}}, "top read-all"},
		{"what it begins with", map[string][]string{"open": {"u x"}}, "author"},
		{"while writing", map[string][]string{"compose-send": {"alt+e"}}, "compose-editor"},
		{"of another place", map[string][]string{"compose-send": {"tab"}}, ""},
	} {
		got := strings.Join(ui.Keyless(c.own), " ")
		if c.want == "" && got != "" || !strings.Contains(got, c.want) {
			t.Errorf("%s: %q are without a key, want %q", c.name, got, c.want)
		}
	}
}

func TestKeyTableHoldsEveryAction(t *testing.T) {
	table := ui.KeyTable()
	for _, want := range []string{"| `j` `down` | next post | `down` |", "| `gg` `home` |", "`C-d`", "`⏎`", "| `q` | quit | `quit` |"} {
		if !strings.Contains(table, want) {
			t.Errorf("%q is not in the table:\n%s", want, table)
		}
	}
}
