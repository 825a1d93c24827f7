package e2e_test

import (
	"context"
	"errors"
	"html"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"skein/e2e"
)

// browser is a program for $BROWSER that leaves the address in a file, and somebody who
// opens that.
type browser struct{ program, file string }

func newBrowser(t *testing.T) browser {
	t.Helper()
	dir := t.TempDir()
	b := browser{filepath.Join(dir, "browser"), filepath.Join(dir, "address")}
	script := "#!/bin/sh\nprintf %s \"$1\" >" + b.file + ".new && mv " + b.file + ".new " + b.file + "\n"
	if err := os.WriteFile(b.program, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	return b
}

// address waits until skein has opened the browser.
func (b browser) address(t *testing.T) string {
	t.Helper()
	var address string
	e2e.Eventually(t, 20*time.Second, "the browser to be opened", func(context.Context) error {
		raw, err := os.ReadFile(b.file)
		if err == nil && len(raw) == 0 {
			err = errors.New("no address yet")
		}
		address = string(raw)
		return err
	})
	return address
}

// allow presses the first button of the page at an address and returns what is shown
// then.
func allow(t *testing.T, address string) string {
	t.Helper()
	page := pageOf(t, func(c *http.Client) (*http.Response, error) { return c.Get(address) })
	form, _, ok := strings.Cut(page, "</form>")
	if !ok {
		t.Fatalf("there is no form at %s: %s", address, page)
	}
	fields := url.Values{}
	for _, in := range regexp.MustCompile(`<input[^>]* name="([^"]*)" value="([^"]*)"`).FindAllStringSubmatch(form, -1) {
		fields.Add(html.UnescapeString(in[1]), html.UnescapeString(in[2]))
	}
	to, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	to.RawQuery = ""
	return pageOf(t, func(c *http.Client) (*http.Response, error) { return c.PostForm(to.String(), fields) })
}

func pageOf(t *testing.T, ask func(*http.Client) (*http.Response, error)) string {
	t.Helper()
	resp, err := ask(&http.Client{Timeout: 20 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// A newcomer names their server, says yes in the browser, and reads.
func TestSignInToMastodonInTheBrowser(t *testing.T) {
	sandbox := e2e.NewHome(t).Serve(t)
	home, b := e2e.NewHome(t), newBrowser(t)
	begun := time.Now()
	term := home.With("BROWSER="+b.program, "SSH_CONNECTION=", "SSH_CLIENT=", "SSH_TTY=").
		Terminal(t, 100, 30, "account", "add", "mastodon")
	term.WaitFor(t, "Your server:")
	term.SendKeys(t, "nowhere", "Enter")
	term.WaitFor(t, "nowhere is no server's name")
	term.SendKeys(t, sandbox.Mastodon, "Enter")
	term.WaitFor(t, "Your browser opens it")
	if page := allow(t, b.address(t)); !strings.Contains(page, "Back to your terminal") {
		t.Errorf("the browser ends at %s", page)
	}
	term.WaitFor(t, `is here as "mastodon"`)
	if code := term.WaitExit(t); code != 0 {
		t.Errorf("exit code %d", code)
	}
	t.Logf("signed in after %s", time.Since(begun).Round(time.Millisecond))
	if after := term.State(t); after != term.Before() {
		t.Errorf("the terminal is left as %+v, it was %+v", after, term.Before())
	}
	if posts := home.Run(t, "timeline", "--json").Exits(t, 0).Posts(t); posts.Networks()["mastodon"] == 0 {
		t.Errorf("the timeline has no post of mastodon: %v", posts.Networks())
	}
	if removed := home.Run(t, "account", "remove", "mastodon").Exits(t, 0); !strings.Contains(removed.Stdout, "its sign-in was revoked") {
		t.Errorf("removed: %s", removed)
	}
}

// Over ssh the browser is elsewhere: the page shows a code, which is typed.
func TestSignInToMastodonOverSSH(t *testing.T) {
	sandbox := e2e.NewHome(t).Serve(t)
	home, b := e2e.NewHome(t), newBrowser(t)
	term := home.With("BROWSER="+b.program, "SSH_CONNECTION=192.0.2.1 1 192.0.2.2 22").
		Terminal(t, 1000, 30, "account", "add", "mastodon", sandbox.Mastodon)
	screen := term.WaitFor(t, "The code that the page shows:")
	page := allow(t, regexp.MustCompile(`http://\S+/oauth/authorize\?\S+`).FindString(string(screen)))
	code := regexp.MustCompile(`class="oauth-code"[^>]* value="([^"]+)"`).FindStringSubmatch(page)
	if code == nil {
		t.Fatalf("no code is shown: %s", page)
	}
	term.SendKeys(t, "wrong", "Enter")
	term.WaitFor(t, "does not accept this code")
	term.SendKeys(t, code[1], "Enter")
	term.WaitFor(t, `is here as "mastodon"`)
	if code := term.WaitExit(t); code != 0 {
		t.Errorf("exit code %d", code)
	}
	if _, err := os.Stat(b.file); err == nil {
		t.Error("a browser was opened on the wrong machine")
	}
}

// Who closed the browser interrupts: nothing is left, the terminal is as before.
func TestSignInIsGivenUp(t *testing.T) {
	sandbox := e2e.NewHome(t).Serve(t)
	home, b := e2e.NewHome(t), newBrowser(t)
	term := home.With("BROWSER="+b.program, "SSH_CONNECTION=", "SSH_CLIENT=", "SSH_TTY=").
		Terminal(t, 100, 30, "account", "add", "mastodon", sandbox.Mastodon)
	address := b.address(t)
	term.WaitFor(t, "Your browser opens it")
	skein, err := os.FindProcess(term.Pid(t)) // the key would end the shell around it, too
	if err == nil {
		err = skein.Signal(os.Interrupt)
	}
	if err != nil {
		t.Fatal(err)
	}
	if code := term.WaitExit(t); code != 130 {
		t.Errorf("exit code %d", code)
	}
	if after := term.State(t); after != term.Before() {
		t.Errorf("the terminal is left as %+v, it was %+v", after, term.Before())
	}
	if list := home.Run(t, "account", "list").Exits(t, 0); !strings.Contains(list.Stdout, "No accounts yet") {
		t.Errorf("an account is left: %s", list)
	}
	back, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	if resp, err := http.Get(back.Query().Get("redirect_uri")); err == nil {
		resp.Body.Close()
		t.Error("skein is gone and listens")
	}
}
