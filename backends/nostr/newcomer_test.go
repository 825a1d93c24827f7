package nostr

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/nbd-wtf/go-nostr/nip19"

	"skein/config/account"
)

// newcomer is somebody who signs in: what they say to the steps, by name, one after the
// other. To a step without an answer they say nothing: a Choice then gets its first
// option.
type newcomer struct {
	t     testing.TB
	says  map[string][]string
	seen  []string // names of the steps
	told  []error  // what was not taken
	shown map[string]account.Step
	visit func(account.Visit) (account.Answer, error)
}

// signsIn leads a flow to its end.
func (p *newcomer) signsIn(f account.Flow) (account.Finished, error) {
	p.t.Helper()
	p.shown = map[string]account.Step{}
	step, err := f.Next(p.t.Context(), account.Answer{})
	for range 30 {
		if err != nil {
			if step == nil || p.t.Context().Err() != nil {
				return account.Finished{}, err
			}
			p.told = append(p.told, err)
		}
		var a account.Answer
		switch s := step.(type) {
		case account.Finished:
			return s, nil
		case account.Question:
			if a = (account.Answer{Text: p.say(s.Name, s)}); s.Secret {
				a = account.Answer{Secret: account.NewSecret(a.Text)}
			}
		case account.Choice:
			if a.Text = p.say(s.Name, s); a.Text == "" {
				a.Text = s.Options[0].Value
			}
		case account.Notice:
			p.say(s.Name, s)
		case account.Visit:
			p.say(s.Name, s)
			if a, err = p.visit(s); err != nil {
				return account.Finished{}, err
			}
		default:
			p.t.Fatalf("an unexpected step: %#v", step)
		}
		step, err = f.Next(p.t.Context(), a)
	}
	p.t.Fatalf("no end after %v: %v", p.seen, p.told)
	return account.Finished{}, nil
}

// say answers a step with what comes next for it.
func (p *newcomer) say(name string, s account.Step) string {
	p.seen = append(p.seen, name)
	p.shown[name] = s
	left := p.says[name]
	if len(left) == 0 {
		return ""
	}
	p.says[name] = left[1:]
	if left[0] == lastFour {
		nsec := p.notice(stepNewKey).Keep.Reveal()
		return nsec[len(nsec)-4:]
	}
	return left[0]
}

const lastFour = "the last four characters of the key"

func (p *newcomer) notice(name string) account.Notice {
	p.t.Helper()
	n, ok := p.shown[name].(account.Notice)
	if !ok {
		p.t.Fatalf("there was no notice %s among %v", name, p.seen)
	}
	return n
}

// newFlow begins a sign-in. The domains of all names answer with documents, by domain; one
// without does not exist.
func newFlow(t testing.TB, relays []string, preset account.Preset, documents map[string]string) account.Flow {
	t.Helper()
	f := SignIn(SignInConfig{Client: loopback(t), Relays: relays, names: domains(documents)}, preset)
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	return f
}

// domains is a client for which only these exist. A document that is an address is a
// redirect there.
func domains(documents map[string]string) *http.Client {
	return &http.Client{Transport: tripper(func(r *http.Request) (*http.Response, error) {
		doc, ok := documents[r.URL.Host]
		if !ok {
			return nil, fmt.Errorf("no such host: %s", r.URL.Host)
		}
		resp := &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(doc)), Request: r}
		if strings.HasPrefix(doc, "https://") {
			resp.StatusCode = http.StatusFound
			resp.Header.Set("Location", doc)
		}
		return resp, nil
	})}
}

type tripper func(*http.Request) (*http.Response, error)

func (f tripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func nsecOf(t testing.TB, secret string) string {
	t.Helper()
	nsec, err := nip19.EncodePrivateKey(secret)
	if err != nil {
		t.Fatal(err)
	}
	return nsec
}
