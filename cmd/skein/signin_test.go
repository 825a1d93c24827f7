package main

import (
	"bytes"
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"
	"time"

	"skein/config/account"
	"skein/timeline"
)

// steps is a sign-in that asks for these, whatever is answered, and then ends.
type steps struct {
	left    []account.Step
	answers []account.Answer
	closed  bool
}

func (s *steps) Next(_ context.Context, a account.Answer) (account.Step, error) {
	s.answers = append(s.answers, a)
	if len(s.left) == 0 {
		return account.Finished{Record: account.Record{Handle: "@you"}}, nil
	}
	next := s.left[0]
	s.left = s.left[1:]
	return next, nil
}

func (s *steps) Close() error { s.closed = true; return nil }

// scripted is a lead without a terminal, with something on standard input.
func scripted(stdin string) (*lead, *bytes.Buffer) {
	a := quietApp(time.Now)
	a.in = strings.NewReader(stdin)
	said := &bytes.Buffer{}
	a.err = said
	return &lead{app: a, preset: account.Preset{}, stdin: map[string]string{"token": "--token-stdin"}, given: map[string]bool{}}, said
}

// TestWithoutATerminalNobodyIsAsked: what no flag answers is wrong usage, and says which
// flag would.
func TestWithoutATerminalNobodyIsAsked(t *testing.T) {
	never := func(context.Context) (account.Answer, error) { return account.Answer{}, errors.New("waited") }
	for name, c := range map[string]struct {
		step account.Step
		want string
	}{
		"question":                    {account.Question{Name: "server", Title: "Your server"}, "no terminal to ask for it (your server): name it"},
		"secret":                      {account.Question{Name: "token", Title: "Token", Secret: true}, "give the token on standard input, with --token-stdin"},
		"a secret that no flag reads": {account.Question{Name: "passphrase", Title: "Passphrase", Secret: true}, "no terminal to ask for it (passphrase): sign in from one"},
		"choice":                      {account.Choice{Name: "how", Title: "How", Options: []account.Option{{Value: "x"}}}, "no terminal to ask for it (how)"},
		"visit":                       {account.Visit{Name: "code", Title: "There", URL: "https://a.example/", Ask: "The code", Await: never}, "no terminal"},
		"a secret to show":            {account.Notice{Name: "key", Title: "Your key", Keep: account.NewSecret("canary")}, "a terminal is needed"},
	} {
		l, said := scripted("")
		l.instead = map[string]string{"server": "name it"}
		flow := &steps{left: []account.Step{c.step}}
		_, _, err := l.drive(t.Context(), flow)
		if timeline.CodeOf(err) != timeline.CodeUsage || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
		if !flow.closed || strings.Contains(said.String(), "canary") || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: closed is %v after %q", name, flow.closed, said)
		}
	}
}

func TestFlagsAnswerFromStandardInput(t *testing.T) {
	l, _ := scripted("  s3cret \n")
	l.given["token"] = true
	flow := &steps{left: []account.Step{
		account.Notice{Title: "Nothing to keep"}, account.Question{Name: "token", Title: "Token", Secret: true},
	}}
	r, _, err := l.drive(t.Context(), flow)
	if err != nil || r.Handle != "@you" || flow.answers[2].Secret.Reveal() != "s3cret" || !flow.closed {
		t.Errorf("%+v, %v, answered %v", r, err, flow.answers)
	}

	l, said := scripted("the-code\n")
	l.preset[account.Browser] = account.NoBrowser
	flow = &steps{left: []account.Step{account.Visit{Title: "There", URL: "https://a.example/\x1b[2J", Ask: "The code"}}}
	if _, _, err = l.drive(t.Context(), flow); err != nil || flow.answers[1].Secret.Reveal() != "the-code" || flow.answers[1].Text != "the-code" {
		t.Errorf("%v, answered %v", err, flow.answers)
	}
	if !strings.Contains(said.String(), "  https://a.example/") || strings.Contains(said.String(), "\x1b") {
		t.Errorf("said %q", said)
	}
}

func TestWhereABrowserIs(t *testing.T) {
	for name, c := range map[string]struct {
		env  map[string]string
		want bool
	}{
		"no screen":          {map[string]string{}, false},
		"X":                  {map[string]string{"DISPLAY": ":0"}, true},
		"Wayland":            {map[string]string{"WAYLAND_DISPLAY": "wayland-0"}, true},
		"one's own":          {map[string]string{"BROWSER": "firefox"}, true},
		"ssh":                {map[string]string{"SSH_CONNECTION": "a 1 b 22"}, false},
		"ssh that brings X":  {map[string]string{"SSH_TTY": "/dev/pts/1", "DISPLAY": "localhost:10"}, false},
		"ssh and one's own":  {map[string]string{"SSH_CLIENT": "a 1 22", "BROWSER": "firefox"}, false},
		"empty is not there": {map[string]string{"DISPLAY": ""}, false},
	} {
		a := quietApp(time.Now)
		a.env = func(name string) (string, bool) { v, ok := c.env[name]; return v, ok }
		want := c.want
		if ssh := strings.HasPrefix(name, "ssh"); runtime.GOOS == "darwin" || runtime.GOOS == "windows" {
			want = !ssh // a screen is always there
		}
		if got := a.browserHere(); got != want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestOwnBrowser(t *testing.T) {
	for own, want := range map[string]string{
		"firefox":           "firefox|u",
		"firefox --new-tab": "firefox --new-tab|u",
		"open-in %s --wait": "open-in u --wait",
		"lynx:w3m":          "lynx|u",
		" spaced  out ":     "spaced out|u",
	} {
		name, args := ownBrowser(own, "u")
		if got := strings.Join(append([]string{name}, args...), " "); got != strings.ReplaceAll(want, "|", " ") {
			t.Errorf("%q runs %q, want %q", own, got, want)
		}
	}
}

func TestExplanationsFitATerminal(t *testing.T) {
	l, said := scripted("")
	l.explain("Your key", strings.Repeat("put it into a password manager ", 8)+"\nand keep it")
	lines := strings.Split(strings.TrimSpace(said.String()), "\n")
	if len(lines) < 5 || lines[len(lines)-1] != "and keep it" {
		t.Errorf("%q", lines)
	}
	for _, line := range lines {
		if len(line) > explained {
			t.Errorf("%d cells: %s", len(line), line)
		}
	}
}
