package ui

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"skein/ui/compose"
	"skein/ui/theme"
)

// composePrefix begins the names of the commands of the compose screen.
const composePrefix = "compose-"

// keymap finds the command of a key.
type keymap struct {
	commands  []command
	byName    map[string]int
	byKeys    map[string]int
	prefixes  map[string]bool
	composing map[string]compose.Command // the keys of the compose screen
}

// newKeymap makes the keymap with the person's own keys in place of ours. Where
// it returns an error the keymap works with what is right.
//
// A key that the person gives to an action is taken from the one that had it of
// ourselves, and so is one that would begin theirs or that theirs would begin: whatever
// keys a later skein adds, theirs stay.
func newKeymap(own map[string][]string) (*keymap, error) {
	k := &keymap{commands: commands(), byName: map[string]int{}, byKeys: map[string]int{}, prefixes: map[string]bool{}, composing: map[string]compose.Command{}}
	for i, c := range k.commands {
		k.byName[c.name] = i
	}
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(own)) {
		i, known := k.byName[name]
		switch {
		case !known:
			errs = append(errs, fmt.Errorf("keys: there is no action %q", name))
			continue
		case len(own[name]) == 0:
			errs = append(errs, fmt.Errorf("keys: %s has no key", name))
			continue
		}
		k.commands[i].keys = own[name]
		for _, keys := range own[name] {
			errs = append(errs, k.bind(keys, i))
		}
	}
	for keys, i := range k.byKeys {
		if k.prefixes[keys] {
			errs = append(errs, fmt.Errorf("keys: %q of %s is also the beginning of another", keys, k.commands[i].name))
		}
	}
	theirs := k.snapshot()
	for i, c := range k.commands {
		if len(own[c.name]) > 0 {
			continue
		}
		k.commands[i].keys = slices.DeleteFunc(slices.Clone(c.keys), func(keys string) bool { return theirs.takes(keys, c) })
		for _, keys := range k.commands[i].keys {
			errs = append(errs, k.bind(keys, i))
		}
	}
	return k, errors.Join(errs...)
}

// snapshot is a keymap that later bindings do not change.
func (k *keymap) snapshot() *keymap {
	return &keymap{byKeys: maps.Clone(k.byKeys), prefixes: maps.Clone(k.prefixes), composing: maps.Clone(k.composing)}
}

// takes tells whether a key cannot be c's beside those that are bound.
func (k *keymap) takes(keys string, c command) bool {
	if strings.HasPrefix(c.name, composePrefix) {
		_, taken := k.composing[keys]
		return taken
	}
	if _, taken := k.byKeys[keys]; taken || k.prefixes[keys] {
		return true
	}
	parts := strings.Split(keys, " ")
	for n := 1; n < len(parts); n++ {
		if _, begun := k.byKeys[strings.Join(parts[:n], " ")]; begun {
			return true
		}
	}
	return false
}

func (k *keymap) bind(keys string, i int) error {
	if name, ok := strings.CutPrefix(k.commands[i].name, composePrefix); ok {
		return k.bindComposing(keys, compose.Command(name))
	}
	parts := strings.Split(keys, " ")
	for _, p := range parts {
		if !isKey(p) {
			return fmt.Errorf("keys: %s: %q is no key", k.commands[i].name, keys)
		}
	}
	if other, taken := k.byKeys[keys]; taken {
		return fmt.Errorf("keys: %q is both %s and %s", keys, k.commands[other].name, k.commands[i].name)
	}
	k.byKeys[keys] = i
	for n := 1; n < len(parts); n++ {
		k.prefixes[strings.Join(parts[:n], " ")] = true
	}
	return nil
}

// bindComposing binds a key of the compose screen: one that types nothing.
func (k *keymap) bindComposing(keys string, c compose.Command) error {
	if !isKey(keys) || utf8.RuneCountInString(keys) == 1 {
		return fmt.Errorf("keys: compose-%s: %q is no key beside those that write", c, keys)
	}
	if other, taken := k.composing[keys]; taken {
		return fmt.Errorf("keys: %q is both compose-%s and compose-%s", keys, other, c)
	}
	k.composing[keys] = c
	return nil
}

// isKey tells whether s names a key as Bubble Tea does: "j", "ctrl+d", "pgup".
// Ctrl-C always quits and cannot be bound.
func isKey(s string) bool {
	base := s
	for _, mod := range []string{"ctrl+", "alt+", "shift+"} {
		base = strings.TrimPrefix(base, mod)
	}
	if r, n := utf8.DecodeRuneInString(base); n > 0 && n == len(base) {
		return unicode.IsGraphic(r) && r != ' ' && s != "ctrl+c"
	}
	switch base {
	case "enter", "esc", "tab", "space", "backspace", "delete", "insert", "up", "down", "left", "right",
		"home", "end", "pgup", "pgdown", "f1", "f2", "f3", "f4", "f5", "f6", "f7", "f8", "f9", "f10", "f11", "f12":
		return true
	}
	return false
}

// CheckKeys returns an error that names everything wrong with keys given by a
// person: unknown actions, names that are no key, keys given twice.
func CheckKeys(own map[string][]string) error {
	_, err := newKeymap(own)
	return err
}

// Keyless lists the actions that are left without a key, for those given by a person
// have taken all that they had. The palette still runs them.
func Keyless(own map[string][]string) []string {
	k, _ := newKeymap(own) // CheckKeys tells what is wrong
	var names []string
	for _, c := range k.commands {
		if len(c.keys) == 0 {
			names = append(names, c.name)
		}
	}
	return names
}

// KeyTable is the keys as a Markdown table, for the README.
func KeyTable() string {
	var b strings.Builder
	b.WriteString("| key | does | action |\n|---|---|---|\n")
	signs := theme.New("plain", true, false).Signs
	for _, c := range commands() {
		names := make([]string, len(c.keys))
		for i, k := range c.keys {
			names[i] = "`" + keyName(k, &signs) + "`"
		}
		fmt.Fprintf(&b, "| %s | %s | `%s` |\n", strings.Join(names, " "), c.help, c.name)
	}
	return b.String()
}

// find returns the command of a key after the keys typed before it, and whether
// the keys begin a longer binding.
func (k *keymap) find(before, key string) (c command, found, begins bool) {
	keys := strings.TrimSpace(before + " " + key)
	if i, ok := k.byKeys[keys]; ok {
		return k.commands[i], true, false
	}
	if k.prefixes[keys] {
		return command{}, false, true
	}
	if before != "" { // what came before led nowhere
		return k.find("", key)
	}
	return command{}, false, false
}

// named is one of our own commands: each frame asks for those of the footer.
func (k *keymap) named(name string) command {
	i, ok := k.byName[name]
	if !ok {
		panic("ui: there is no command " + name)
	}
	return k.commands[i]
}

// key is how a person reads the first key of a command; of one that has none, how the
// palette finds it.
func (k *keymap) key(name string, signs *theme.Signs) string {
	keys := k.named(name).keys
	if len(keys) == 0 {
		return ":" + name
	}
	return keyName(keys[0], signs)
}

// keyName writes a key as people do: "C-d", "gg".
func keyName(keys string, signs *theme.Signs) string {
	parts := strings.Split(keys, " ")
	for i, p := range parts {
		mods := ""
		for _, m := range []struct{ name, short string }{{"ctrl+", "C-"}, {"alt+", "A-"}, {"shift+", "S-"}} {
			if rest, ok := strings.CutPrefix(p, m.name); ok {
				mods, p = mods+m.short, rest
			}
		}
		if p == "enter" {
			p = signs.Enter
		}
		parts[i] = mods + p
	}
	return strings.Join(parts, "")
}
