package stage

import (
	"context"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"skein/backends/sandbox/instance"
	"skein/backends/sandbox/world"
	"skein/e2e"
	"skein/e2e/crash/fault"
	"skein/e2e/crash/history"
)

// Variant is how the Mastodon server of a run treats what is repeated, which
// servers of its family do in different ways.
type Variant string

// The variants.
const (
	HonourKey   Variant = "honours the key"     // Mastodon
	SlowCommit  Variant = "honours it, slow"    // Mastodon under load
	HonourLate  Variant = "honours it late"     // Mastodon before 4.6, which knows a key once its post is there
	FailRepeat  Variant = "fails a repeat"      // some of Mastodon 4.6
	StoreErrors Variant = "keeps error answers" // Akkoma
	IgnoreKey   Variant = "ignores the key"     // GoToSocial
	IgnoreSlow  Variant = "ignores it, slow"    // GoToSocial under load
)

// Variants lists them.
func Variants() []Variant {
	return []Variant{HonourKey, SlowCommit, HonourLate, FailRepeat, StoreErrors, IgnoreKey, IgnoreSlow}
}

// Doubtful tells whether there are cases of which nothing could be found out.
func (v Variant) Doubtful() bool { return v == StoreErrors || v == IgnoreKey || v == IgnoreSlow }

// commit is how long a slow server takes to do what it was asked.
const commit = 300 * time.Millisecond

func (v Variant) options() instance.Options {
	switch v {
	case SlowCommit:
		return instance.Options{Commit: commit}
	case HonourLate:
		return instance.Options{Repeats: instance.HonourLate, Commit: commit}
	case FailRepeat:
		return instance.Options{Repeats: instance.FailRepeat}
	case StoreErrors:
		return instance.Options{Repeats: instance.StoreErrors}
	case IgnoreKey:
		return instance.Options{Repeats: instance.IgnoreKey}
	case IgnoreSlow:
		return instance.Options{Repeats: instance.IgnoreKey, Commit: commit}
	}
	return instance.Options{}
}

// somebody is whoever writes what the person likes and answers.
const somebody = "ana"

// people is who lives on the sandbox's networks: nobody that need not.
func people() *world.World {
	w := &world.World{}
	for _, network := range []string{world.Mastodon, world.Bluesky} {
		w.People = append(w.People,
			world.Person{Key: world.Viewer, Network: network, Human: world.Viewer, Name: "You", Handle: "you", Follows: []string{somebody}},
			world.Person{Key: somebody, Network: network, Human: somebody, Name: "Ana", Handle: somebody},
		)
	}
	return w
}

// mastodon is the sandbox's instance, a new one for each run.
type mastodon struct {
	proxy    *fault.Proxy
	server   *instance.Server
	subjects map[string]string // server's id → uri
}

func openMastodon(_ context.Context, o Options) (Network, error) {
	server, err := instance.Start(people(), instance.Options{}) //nolint:contextcheck // it lives until Close
	if err != nil {
		return nil, fmt.Errorf("open mastodon: %w", err)
	}
	proxy, err := fault.Start(server.URL(), o.Counts) //nolint:contextcheck // as above
	if err != nil {
		return nil, fmt.Errorf("open mastodon: %w", err)
	}
	return &mastodon{proxy: proxy, server: server}, nil
}

func (m *mastodon) Name() string            { return Mastodon }
func (m *mastodon) Proxies() []*fault.Proxy { return []*fault.Proxy{m.proxy} }

func (m *mastodon) SignIn() (stdin string, args []string) {
	return m.server.Token(world.Viewer), []string{"--server", m.proxy.URL(), "--token-stdin"}
}

// Renew starts another server behind the same address.
func (m *mastodon) Renew(_ context.Context, v Servers) error {
	server, err := instance.Start(people(), v.Mastodon.options()) //nolint:contextcheck // it lives until Close
	if err != nil {
		return err
	}
	err = m.server.Close()
	m.server, m.subjects = server, map[string]string{}
	m.proxy.Stand(server.URL())
	return err
}

func (m *mastodon) Close() error {
	m.proxy.Close()
	return m.server.Close()
}

// status is what the API says of a post.
type status struct {
	ID         string  `json:"id"`
	URI        string  `json:"uri"`
	URL        string  `json:"url"`
	Content    string  `json:"content"`
	ReplyTo    string  `json:"in_reply_to_id"`
	Favourited bool    `json:"favourited"`
	Reblog     *status `json:"reblog"`
}

func (m *mastodon) Write(ctx context.Context, text string) (Subject, error) {
	var made status
	err := e2e.Call(ctx, http.MethodPost, m.server.URL()+"/api/v1/statuses", m.server.Token(somebody), map[string]string{"status": text}, &made)
	if err == nil {
		m.subjects[made.ID] = made.URI
	}
	return Subject{Ref: made.URL, ID: made.URI}, err
}

func (m *mastodon) Read(ctx context.Context, seed int64) (history.Truth, error) {
	var truth history.Truth
	own, err := m.statuses(ctx)
	if err != nil {
		return truth, err
	}
	uri := map[string]string{}
	for id, subject := range m.subjects {
		uri[id] = subject
	}
	for _, s := range own {
		uri[s.ID] = s.URI
	}
	for _, s := range own {
		if s.Reblog != nil {
			truth.Reactions = append(truth.Reactions, history.Reaction{Network: Mastodon, Kind: history.KindBoost, On: s.Reblog.URI})
			continue
		}
		if text := plain(s.Content); of(seed, text) {
			truth.Posts = append(truth.Posts, history.Post{Network: Mastodon, ID: s.URI, Text: text, Parent: uri[s.ReplyTo]})
		}
	}
	for id, subject := range m.subjects {
		var s status
		if err := m.get(ctx, "/api/v1/statuses/"+id, &s); err != nil {
			return truth, err
		}
		if s.Favourited {
			truth.Reactions = append(truth.Reactions, history.Reaction{Network: Mastodon, Kind: history.KindLike, On: subject})
		}
	}
	return truth, nil
}

// statuses are all of the person's own, boosts too.
func (m *mastodon) statuses(ctx context.Context) ([]status, error) {
	var me struct{ ID string }
	if err := m.get(ctx, "/api/v1/accounts/verify_credentials", &me); err != nil {
		return nil, err
	}
	var all []status
	query := url.Values{"limit": {"40"}}
	for {
		var page []status
		if err := m.get(ctx, "/api/v1/accounts/"+me.ID+"/statuses?"+query.Encode(), &page); err != nil {
			return nil, err
		}
		if len(page) == 0 {
			return all, nil
		}
		all = append(all, page...)
		query.Set("max_id", page[len(page)-1].ID)
	}
}

func (m *mastodon) get(ctx context.Context, path string, into any) error {
	return e2e.Call(ctx, http.MethodGet, m.server.URL()+path, m.server.Token(world.Viewer), nil, into)
}

// plain makes text of the HTML that the instance writes.
func plain(content string) string {
	content = strings.NewReplacer("</p><p>", "\n\n", "<br />", "\n", "<br>", "\n").Replace(content)
	return html.UnescapeString(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(content, ""))
}
