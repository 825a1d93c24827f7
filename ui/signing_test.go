package ui_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"skein/config/account"
	"skein/timeline"
	"skein/ui"
	"skein/ui/uitest"
)

// The steps of a sign-in as adapters put them.
func askServer() account.Step {
	return account.Question{
		Name: "server", Title: "Your server", Help: "As in your handle: @you@mastodon.social is on mastodon.social.\nTry mastodon.social where you have no account yet.", Default: "mastodon.social",
	}
}

func askKey() account.Step {
	return account.Question{Name: "private-key", Title: "Private key", Secret: true, Help: "nsec1… or 64 hex digits. It is kept encrypted, and signs on this machine alone."}
}

func askHow() account.Step {
	return account.Choice{Name: "how", Title: "How do you want to sign in", Options: []account.Option{
		{Value: "browser", Title: "In the browser", Help: "You stay signed in until you sign out."},
		{Value: "token", Title: "With an access token", Help: "Made in your server's preferences: Development → New application."},
	}}
}

func visit(await func(context.Context) (account.Answer, error)) account.Step {
	return account.Visit{
		Name: "code", Title: "Allow skein to act for you", Help: "Your browser shows the page; it comes back here by itself.",
		URL: "https://mastodon.example/oauth/authorize?client_id=0123456789abcdef0123456789abcdef&code_challenge=abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG&code_challenge_method=S256&response_type=code&scope=read+write",
		Ask: "the code that the page shows", Await: await,
	}
}

func finished(network string) account.Step {
	return account.Finished{Record: account.Record{Network: network, Handle: "@you@" + network + ".example"}}
}

// never waits until it is given up.
func never(ctx context.Context) (account.Answer, error) {
	<-ctx.Done()
	return account.Answer{}, ctx.Err()
}

// TestANewcomerSignsIn: from the welcome screen to an account, with nothing but what
// the screen says.
func TestANewcomerSignsIn(t *testing.T) {
	a := uitest.NewAccounts()
	a.Steps = []account.Step{askServer(), visit(never), finished("mastodon")}
	uitest.Play(t, ui.Options{Accounts: a}, nil, func(s *uitest.Session) {
		s.See("Welcome", "demo", "m   Mastodon", "b   Bluesky", "n   Nostr", "quit")
		s.Press("m")
		s.See("sign in to Mastodon", "Your server", "mastodon.social")
		s.Type("mastodon.example")
		s.Press("enter")
		s.See("Allow skein to act for you", "waiting for you to come back")
		if len(s.Opened) != 1 || !strings.HasPrefix(s.Opened[0], "https://mastodon.example/oauth/") {
			t.Errorf("the browser was asked for %v", s.Opened)
		}
		s.Press("ctrl+y")
		if !strings.HasPrefix(s.Clipboard, "https://mastodon.example/oauth/") {
			t.Errorf("copied %q", s.Clipboard)
		}
		s.Send(tea.PasteMsg{Content: " the-code\n"})
		s.Press("enter")
		if !s.Left || !s.Result().Again {
			t.Errorf("left is %v with %+v", s.Left, s.Result())
		}
	})
	got := a.Answers()
	if len(got) != 2 || got[0].Text != "mastodon.example" || got[1].Secret.Reveal() != "the-code" || len(a.Records()) != 1 || a.Open() != 0 {
		t.Errorf("answered %v, kept %v, %d open", got, a.Records(), a.Open())
	}
}

// TestTheBrowserComesBack: what it brings answers the step; nobody types anything.
func TestTheBrowserComesBack(t *testing.T) {
	a := uitest.NewAccounts()
	a.Steps = []account.Step{visit(func(context.Context) (account.Answer, error) {
		time.Sleep(10 * time.Second)
		return account.Answer{Text: "from the browser"}, nil
	}), finished("mastodon")}
	uitest.Play(t, ui.Options{Accounts: a}, three(), func(s *uitest.Session) {
		s.Press("g", "a", "a")
		s.See("Which network")
		s.Press("1")
		s.See("waiting for you to come back")
		s.Sleep(11 * time.Second)
		s.See("@you@mastodon.example is here as new")
		s.DontSee("Allow skein")
	})
	if got := a.Answers(); len(got) != 1 || got[0].Text != "from the browser" {
		t.Errorf("answered %v", got)
	}
}

// TestAnAnswerThatDoesNotServe stands to be changed, with the reason above it; a secret
// does not.
func TestAnAnswerThatDoesNotServe(t *testing.T) {
	a := uitest.NewAccounts()
	a.Steps = []account.Step{askServer(), askKey(), finished("nostr")}
	a.Refuse = func(given account.Answer) error {
		if given.Text == "mastodn.social" {
			return timeline.Errorf(timeline.CodeOffline, "mastodn.social: no such host")
		}
		if given.Secret.Reveal() == "nsec1wrong" {
			return errors.New("this is no private key")
		}
		return nil
	}
	uitest.Play(t, ui.Options{Accounts: a}, nil, func(s *uitest.Session) {
		s.Press("m")
		s.Type("mastodn.social")
		s.Press("enter")
		s.See("mastodn.social: no such host", "Your server")
		s.Press("ctrl+u")
		s.Type("mastodon.social")
		s.Press("enter")
		s.See("Private key")
		s.Type("nsec1wrong")
		s.DontSee("nsec1wrong")
		s.Press("enter")
		s.See("this is no private key")
		s.DontSee("nsec1wrong")
		s.Type("nsec1right")
		s.Press("enter")
	})
	if got := a.Answers(); len(got) != 4 || got[1].Text != "mastodon.social" || got[3].Secret.Reveal() != "nsec1right" {
		t.Errorf("answered %v", got)
	}
}

// TestGivingUp leaves nothing behind, wherever the sign-in stands.
func TestGivingUp(t *testing.T) {
	for name, at := range map[string]func(s *uitest.Session, a *uitest.Accounts){
		"while something is typed": func(s *uitest.Session, _ *uitest.Accounts) { s.Type("mast") },
		"while the server is asked": func(s *uitest.Session, a *uitest.Accounts) {
			a.Slow = make(chan struct{})
			s.Press("enter")
			s.See("asking")
		},
		"while the browser is away": func(s *uitest.Session, _ *uitest.Accounts) {
			s.Press("enter")
			s.See("waiting for you to come back")
		},
	} {
		t.Run(name, func(t *testing.T) {
			a := uitest.NewAccounts()
			a.Steps = []account.Step{askServer(), visit(never), finished("mastodon")}
			uitest.Play(t, ui.Options{Accounts: a}, nil, func(s *uitest.Session) {
				s.Press("m")
				at(s, a)
				s.Press("esc")
				s.See("Welcome")
				s.DontSee("sign in to")
				if a.Open() != 0 {
					t.Error("the flow is open")
				}
			})
			if len(a.Records()) != 0 {
				t.Errorf("kept %v", a.Records())
			}
		})
	}
}

// TestQuittingGivesUp: a sign-in that is on the screen when skein ends is closed.
func TestQuittingGivesUp(t *testing.T) {
	a := uitest.NewAccounts()
	a.Steps = []account.Step{visit(never), finished("mastodon")}
	uitest.Play(t, ui.Options{Accounts: a}, nil, func(s *uitest.Session) { s.Press("b") })
	if a.Open() != 0 || len(a.Records()) != 0 {
		t.Errorf("%d open, kept %v", a.Open(), a.Records())
	}
}

// TestASignInThatEnds says why and starts over.
func TestASignInThatEnds(t *testing.T) {
	a := uitest.NewAccounts()
	a.Steps = []account.Step{askServer()}
	uitest.Play(t, ui.Options{Accounts: a}, nil, func(s *uitest.Session) {
		s.Press("m", "enter")
		s.See("the server has hung up", "starts over")
		if a.Open() != 0 {
			t.Error("the flow is open")
		}
		a.Failed = errors.New("the disk is full")
		a.Steps = []account.Step{askServer(), finished("mastodon")}
		s.Press("enter")
		s.See("Your server")
		s.Press("enter")
		s.See("the disk is full")
		s.Press("esc")
		s.See("Welcome")
	})
}

// TestAccountsList does all that can be done with the accounts that are here.
func TestAccountsList(t *testing.T) {
	a := uitest.NewAccounts(uitest.Record("mastodon"), uitest.Record("bluesky"), uitest.Record("nostr"))
	a.OnTheWay = 2
	nets, out := writing()
	uitest.Play(t, ui.Options{Accounts: a, Outbox: out}, nets, func(s *uitest.Session) {
		s.Press("g", "a")
		s.See("your accounts", "@me@mastodon.example", "posts")
		s.Press("enter")
		s.See("@me@mastodon.example, works")
		s.Press("r", "ctrl+u")
		s.Type("work")
		s.Press("enter")
		s.See("work  @me@mastodon.example", "mastodon is called work now")
		s.Press("p")
		s.See("new posts leave work out")
		s.Press("esc", "c")
		s.DontSee("M @me@mastodon")
		s.Press("esc", "g", "a", "j", "j", "enter")
		s.See("no relay answers")
		s.Press("x")
		s.See("remove nostr?", "would never be sent: 2")
		s.Press("esc")
		if len(a.Records()) != 3 {
			t.Error("it was removed")
		}
		s.Press("x", "y")
		s.See("nostr is gone from here, and its sign-in was revoked")
	})
	if r := a.Records(); len(r) != 2 || r[0].Name != "work" || r[0].Posts() {
		t.Errorf("left %+v", r)
	}
}

// TestSigningInLooksAsItWasAccepted holds each kind of step to what was read and
// accepted.
func TestSigningInLooksAsItWasAccepted(t *testing.T) {
	uitest.Accepted(t, func() uitest.Scene {
		a := uitest.NewAccounts()
		a.Steps = []account.Step{askServer(), askHow(), visit(never), account.Visit{
			Name: "bunker", Title: "Scan this with your signer", URL: "nostrconnect://0123456789abcdef?relay=wss://relay.example", QR: true, Await: never,
		}}
		a.Refuse = func(given account.Answer) error {
			if given.Text == "mastodn.social" {
				return errors.New("mastodn.social: no such host; look at how it is written")
			}
			return nil
		}
		return uitest.Scene{Options: ui.Options{Accounts: a}, Story: func(s *uitest.Session, look func(string)) {
			look("welcome")
			s.Press("m")
			look("question")
			s.Type("mastodn.social")
			s.Press("enter")
			look("error")
			s.Press("ctrl+u")
			s.Press("enter")
			s.Press("j")
			look("choice")
			s.Press("enter")
			look("visit")
			s.Type("code")
			s.Press("enter")
			look("qr")
			s.Press("esc")
			a.Steps = []account.Step{askKey(), account.Notice{
				Name: "key", Title: "Your new key", Help: "Write it down, or keep it in a password manager: nobody can give it to you again.",
				Keep: account.NewSecret("nsec1vl029mgpspedva04g90vltkh6fvh240zqtv9k0t9af8935ke9laqsnlfe5"),
			}}
			s.Press("n")
			s.Type("secret")
			look("secret")
			s.Press("enter")
			look("notice")
			s.Press("enter")
			look("ended")
		}}
	})
}

// TestAccountsLookAsTheyWereAccepted does the same for the list of accounts and what is
// asked in it.
func TestAccountsLookAsTheyWereAccepted(t *testing.T) {
	uitest.Accepted(t, func() uitest.Scene {
		listed := uitest.NewAccounts(uitest.Record("mastodon"), uitest.Record("bluesky"), uitest.Record("nostr"))
		listed.OnTheWay = 1
		nets, out := writing()
		return uitest.Scene{Options: ui.Options{Accounts: listed, Outbox: out}, Networks: nets, Story: func(s *uitest.Session, look func(string)) {
			s.Press("g", "a", "j", "enter")
			look("accounts")
			s.Press("r")
			look("rename")
			s.Press("esc", "x")
			look("remove")
			s.Press("esc", "a", "down")
			look("network")
		}}
	})
}
