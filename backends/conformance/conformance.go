package conformance

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"skein/timeline"
)

// Setup is a backend with the other side's hands on its network.
type Setup struct {
	// Backend is signed in as somebody who follows the author that Publish writes
	// as, and whose home holds at least two pages of PageSize posts. Run does not
	// close it.
	Backend timeline.Backend

	// Publish writes a post as another client would, as a person whom the account
	// follows. A zero replyTo makes an ordinary post.
	Publish func(ctx context.Context, text string, replyTo timeline.ID) (timeline.ID, error)

	// Address writes as Publish does a post that names the account; nil where nobody can.
	Address func(ctx context.Context, text string) (timeline.ID, error)

	// Delete removes a post that Publish wrote; nil where the network cannot.
	Delete func(ctx context.Context, id timeline.ID) error

	// Message writes a direct message to the account, as somebody else; where nil,
	// NoMessages says why the server has no such thing.
	Message    func(ctx context.Context, text string) error
	NoMessages string

	// PageSize is what the suite pages with; 0 is 7, small enough for several pages
	// and no divisor of a round number.
	PageSize int

	// Missing is the well-formed name of a post that does not exist. Zero: made
	// from a real one by changing its last characters.
	Missing timeline.ID

	// Unreported says why nobody takes reports; "" where somebody does.
	Unreported string

	// Unsearched says why the network's own search is not there; "" where it is.
	Unsearched string

	// Untranslated says why the account's server translates nothing; "" where it does.
	Untranslated string

	// Patience is how long something published may take to be seen; 0 is 10 s.
	Patience time.Duration
}

// suite is a Setup with its defaults filled in.
type suite struct {
	Setup
	account timeline.Account
	me      string // see self
}

// Run holds s.Backend to its contract. The subtests are independent: each can be
// run alone with -run.
func Run(t *testing.T, s Setup) {
	t.Helper()
	if s.Backend == nil || s.Publish == nil {
		t.Fatal("conformance: a Setup needs a Backend and a Publish")
	}
	if s.PageSize == 0 {
		s.PageSize = 7
	}
	if s.Patience == 0 {
		s.Patience = 10 * time.Second
	}
	if p, ok := timeline.As[timeline.Pacer](s.Backend); ok {
		p.SetPace(timeline.PaceActive)
	}
	c := &suite{Setup: s, account: s.Backend.Account()}
	for _, sub := range c.parts() {
		t.Run(sub.name, sub.run)
	}
}

// part is one subtest.
type part struct {
	name string
	run  func(*testing.T)
}

// parts are all that a backend is held to, in their order.
func (c *suite) parts() []part {
	return []part{
		{"Account", c.testAccount},
		{"Abilities", c.testAbilities},
		{"Limits", c.testLimits},
		{"HomeIsValid", c.testHomeValid},
		{"OlderFindsEveryPostOnce", c.testOlder},
		{"AfterFindsWhatIsNew", c.testAfter},
		{"NewerIsKept", c.testNewerKept},
		{"OddCursor", c.testOddCursor},
		{"PostEqualsHome", c.testPost},
		{"PostNotFound", c.testNotFound},
		{"DeletedIsNotFound", c.testDeleted},
		{"Thread", c.testThread},
		{"Stream", c.testStream},
		{"StreamStops", c.testStreamStops},
		{"ResolveOwn", c.testResolveOwn},
		{"ResolveForeign", c.testResolveForeign},
		{"Profile", c.testProfile},
		{"Check", c.testCheck},
		{"CancelledContext", c.testCancelled},
		{"Concurrent", c.testConcurrent},
		{"Lists", c.testLists},
		{"OddList", c.testOddList},
		{"Feeds", c.testFeeds},
		{"LackingFeeds", c.testLackingFeeds},
		{"TagFeed", c.testTagFeed},
		{"Marker", c.testMarker},
		{"Notices", c.testNotices},
		{"NoticeStream", c.testNoticeStream},
		{"NoticeMark", c.testNoticeMark},
		{"OddNotices", c.testOddNotices},
		{"Archive", c.testArchive},
		{"Sections", c.testSections},
		{"Circles", c.testCircles},
		{"Who", c.testWho},
		{"Search", c.testSearch},
		{"Messages", c.testMessages},
		{"Translate", c.testTranslate},
		{"Report", c.testReport},
		{"Curate", c.testCurate},
		{"Mute", c.testMute},
		{"Block", c.testBlock}, // last: some networks end follows with it, and empty home of them
	}
}

func (c *suite) testAccount(t *testing.T) {
	if c.account.ID == "" || c.account.Network == "" {
		t.Errorf("account %+v lacks an ID or a network", c.account)
	}
	if c.Backend.Account() != c.account {
		t.Errorf("the account changed from %+v to %+v", c.account, c.Backend.Account())
	}
}

func (c *suite) testLimits(t *testing.T) {
	l := c.Backend.Limits()
	for name, v := range map[string]int{
		"Characters": l.Characters, "Bytes": l.Bytes, "Media": l.Media,
		"Alt": l.Alt, "PollOptions": l.PollOptions, "PollOption": l.PollOption,
	} {
		if v < 0 {
			t.Errorf("%s is %d", name, v)
		}
	}
	if l.Characters > 0 && l.Unit == "" {
		t.Error("Characters are limited but the Unit is not told")
	}
}

func (c *suite) testCheck(t *testing.T) {
	checker, ok := timeline.As[timeline.Checker](c.Backend)
	if !ok {
		t.Skip("this backend cannot check its account")
	}
	r, err := checker.Check(t.Context())
	if err != nil {
		t.Fatalf("Check: %v", err)
	}
	if r.Handle.Empty() || r.Software.Empty() {
		t.Errorf("the report lacks a handle or the software: %+v", r)
	}
}

// home reads a page and checks the posts in it.
func (c *suite) home(ctx context.Context, t *testing.T, p timeline.Page) timeline.Batch {
	t.Helper()
	b, err := c.Backend.Home(ctx, p)
	if err != nil {
		t.Fatalf("Home(%+v): %v", p, err)
	}
	for _, post := range b.Posts {
		checkPost(t, c.account, post)
	}
	return b
}

// publish writes a post whose text is unlike any other.
func (c *suite) publish(t *testing.T, text string, replyTo timeline.ID) timeline.ID {
	t.Helper()
	id, err := c.Publish(t.Context(), fmt.Sprintf("%s, %s", text, time.Now().Format("15:04:05.000000")), replyTo)
	if err != nil {
		t.Fatalf("Publish(%q): %v", text, err)
	}
	if id.Zero() {
		t.Fatalf("Publish(%q) named no post", text)
	}
	return id
}

// eventually asks until done says so: a real server may take a moment to show
// what it has accepted. The last complaint is the failure, but
// for the one that time is up.
func (c *suite) eventually(t *testing.T, done func(ctx context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), c.Patience)
	defer cancel()
	tick := time.NewTicker(c.Patience / 40)
	defer tick.Stop()
	var complaint error
	for {
		err := done(ctx)
		if err == nil {
			return
		}
		if complaint == nil || ctx.Err() == nil {
			complaint = err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("not within %s: %v", c.Patience, complaint)
		}
	}
}

// wantCode checks that err is an Error with the code.
func wantCode(err error, code timeline.Code) error {
	var te *timeline.Error
	switch {
	case err == nil:
		return fmt.Errorf("no error, want one with code %s", code)
	case !errors.As(err, &te):
		return fmt.Errorf("%w (%T) is no *timeline.Error", err, err)
	case te.Code != code:
		return fmt.Errorf("error %w has code %s, want %s", err, te.Code, code)
	case te.Message.Empty():
		return fmt.Errorf("an error with code %s has no message", te.Code)
	}
	return nil
}

// webAddress checks that s is an absolute http(s) address.
func webAddress(s timeline.Safe) error {
	u, err := url.Parse(s.String())
	if err != nil {
		return err
	}
	if (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || strings.ContainsAny(s.String(), " \n") {
		return fmt.Errorf("%q is no web address", s)
	}
	return nil
}
