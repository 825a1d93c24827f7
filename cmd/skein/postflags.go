package main

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"skein/config"
	"skein/outbox"
	"skein/timeline"
)

// postFlags are what `skein post` and its kin can be told.
type postFlags struct {
	to, textFor, lang           []string
	media                       mediaFlags
	warn                        string
	sensitive                   bool
	visibility, replies, quotes string
	replyTo, quote              string
	edited                      string // the REF of `skein edit`
	letterTo                    string // the REF of `skein dm send`
	as                          string
	copies                      copyFlags
	poll                        []string
	pollFor                     string
	pollMultiple                bool
	at                          string
	onServer, split, number     bool
	draft                       string
	plan, editor                bool
	send                        sendFlags

	set *pflag.FlagSet // tells which were given
}

// sendFlags are those of every command that sends.
type sendFlags struct {
	wait   time.Duration
	noWait bool
	key    string
}

// patience is how long a command waits for the networks' answers.
const patience = 15 * time.Second

func (s *sendFlags) register(c *cobra.Command) {
	f := c.Flags()
	f.DurationVar(&s.wait, "wait", patience, "how long to wait for the networks' answers")
	f.BoolVar(&s.noWait, "no-wait", false, "return as soon as it is safely in the outbox")
	f.StringVar(&s.key, "key", "", "the same KEY is the same operation: repeating the command doubles nothing")
}

func (s *sendFlags) check() error {
	if s.wait < 0 {
		return timeline.Errorf(timeline.CodeUsage, "--wait %v: not less than nothing", s.wait)
	}
	if len(s.key) > 200 {
		return timeline.Errorf(timeline.CodeUsage, "--key: at most 200 bytes")
	}
	return nil
}

// registerText adds the flags of everything that has a text.
func (f *postFlags) registerText(c *cobra.Command) {
	s := c.Flags()
	f.set = s
	s.StringArrayVar(&f.textFor, "text-for", nil, "another text for one target, as NAME=TEXT; may be repeated")
	s.StringVar(&f.warn, "warn", "", "hide the post behind this WARNING")
	s.BoolVar(&f.sensitive, "sensitive", false, "hide the media until they are asked for")
	s.StringSliceVar(&f.lang, "lang", nil, "LANGUAGES of the text, such as en or pt-BR")
	s.BoolVar(&f.plan, "plan", false, "show what each target would get, and send nothing")
	s.BoolVar(&f.editor, "edit", false, "write the text in $VISUAL or $EDITOR")
	f.send.register(c)
}

// registerPost adds the flags of what becomes a post of its own.
func (f *postFlags) registerPost(c *cobra.Command) {
	s := c.Flags()
	f.registerText(c)
	s.Var((*mediaFlag)(&f.media), "media", "attach a FILE; may be repeated")
	s.Var((*altFlag)(&f.media), "alt", "a description of the --media before it")
	s.StringVar(&f.visibility, "visibility", "", "public, unlisted, followers or direct")
	s.StringVar(&f.replies, "replies", "", "who may reply: everybody, followers, following, mentioned or nobody")
	s.StringVar(&f.quotes, "quotes", "", "who may quote: everybody, followers, following, mentioned or nobody")
	s.StringVar(&f.quote, "quote", "", "quote the post that REF names")
	s.StringArrayVar(&f.poll, "poll", nil, "an OPTION of a poll; may be repeated")
	s.StringVar(&f.pollFor, "poll-for", "1d", "how long the poll is open, such as 90m or 3d")
	s.BoolVar(&f.pollMultiple, "poll-multiple", false, "more than one option may be chosen")
	s.StringVar(&f.at, "at", "", `not before a TIME: RFC 3339, "15:04", "tomorrow 9:00" or "+2h"`)
	s.BoolVar(&f.onServer, "on-server", false, "with --at: let the server keep the post where it can")
	s.BoolVar(&f.split, "split", false, "make a thread of what is too long")
	s.BoolVar(&f.number, "number", false, "number the posts of a thread")
}

// given tells whether a flag was given, by the command line or by its variable. A
// flag that the command has not was not.
func (f *postFlags) given(name string) bool { return f.set.Changed(name) }

// check finds what is wrong as written, before anything is read or asked for.
func (f *postFlags) check(now time.Time) error {
	if err := f.send.check(); err != nil {
		return err
	}
	for _, l := range f.lang {
		if !config.Language(l) {
			return timeline.Errorf(timeline.CodeUsage, "--lang %s: a language tag such as en or pt-BR", l)
		}
	}
	if f.visibility != "" && !slices.Contains(config.Visibilities(), f.visibility) {
		return timeline.Errorf(timeline.CodeUsage, "--visibility %s: one of %s", f.visibility, strings.Join(config.Visibilities(), ", "))
	}
	for name, value := range map[string]string{"replies": f.replies, "quotes": f.quotes} {
		if value != "" && !slices.Contains(audiences(), value) {
			return timeline.Errorf(timeline.CodeUsage, "--%s %s: one of %s", name, value, strings.Join(audiences(), ", "))
		}
	}
	for _, t := range f.textFor {
		if name, _, ok := strings.Cut(t, "="); !ok || name == "" {
			return timeline.Errorf(timeline.CodeUsage, "--text-for %s: NAME=TEXT", t)
		}
	}
	if err := f.copies.check(); err != nil {
		return err
	}
	if err := f.checkPoll(); err != nil {
		return err
	}
	if f.onServer && f.at == "" {
		return timeline.Errorf(timeline.CodeUsage, "--on-server needs --at")
	}
	if f.at != "" {
		_, err := parseAt(f.at, now)
		return err
	}
	return nil
}

func (f *postFlags) checkPoll() error {
	if len(f.poll) == 0 {
		if f.given("poll-for") || f.pollMultiple {
			return timeline.Errorf(timeline.CodeUsage, "--poll-for and --poll-multiple need --poll")
		}
		return nil
	}
	if len(f.poll) == 1 {
		return timeline.Errorf(timeline.CodeUsage, "a poll needs two options or more: repeat --poll")
	}
	if d, ok := parseSpan(f.pollFor); !ok || d == 0 {
		return timeline.Errorf(timeline.CodeUsage, "--poll-for %s: a span such as 90m or 3d", f.pollFor)
	}
	return nil
}

// unresolved is a reference as the person gave it, until it is known what it names:
// a draft that is put aside before keeps it so.
func unresolved(ref string) []outbox.Parent { return []outbox.Parent{{URL: ref}} }

func audiences() []string {
	return []string{
		string(timeline.Everybody), string(timeline.MyFollowers), string(timeline.MyFollowing),
		string(timeline.Mentioned), string(timeline.Nobody),
	}
}

// apply writes into a draft what the flags say: of one taken up again only what was
// given. The flags were checked.
func (f *postFlags) apply(d *outbox.Draft, now time.Time) {
	set := func(name string, do func()) {
		if f.given(name) {
			do()
		}
	}
	set("warn", func() { d.Warning = f.warn })
	set("sensitive", func() { d.Sensitive = f.sensitive })
	set("lang", func() { d.Languages = f.lang })
	set("visibility", func() { d.Visibility = timeline.Visibility(f.visibility) })
	set("replies", func() { d.Replies = timeline.Audience(f.replies) })
	set("quotes", func() { d.Quotes = timeline.Audience(f.quotes) })
	set("split", func() { d.Split = f.split })
	set("number", func() { d.Number = f.number })
	set("on-server", func() { d.OnServer = f.onServer })
	set("media", func() { d.Media = f.media })
	set("at", func() { d.At, _ = parseAt(f.at, now) })
	set("poll", func() {
		lasts, _ := parseSpan(f.pollFor)
		d.Poll = &timeline.Ballot{Options: f.poll, Multiple: f.pollMultiple, Lasts: lasts}
	})
	for ref, parents := range map[string]*[]outbox.Parent{f.replyTo: &d.ReplyTo, f.quote: &d.Quote, f.edited: &d.Edit} {
		if ref != "" {
			*parents = unresolved(ref)
		}
	}
}

// mediaFlags are --media and --alt in the order in which they were given: of each
// file the path, absolute, and the alt text.
type mediaFlags []outbox.File

// mediaFlag is --media FILE.
type mediaFlag mediaFlags

// Set implements pflag.Value.
func (m *mediaFlag) Set(path string) error {
	abs, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	*m = append(*m, outbox.File{Path: abs})
	return nil
}

// Type implements pflag.Value.
func (m *mediaFlag) Type() string { return "file" }

func (m *mediaFlag) String() string { return "" }

// altFlag is --alt TEXT.
type altFlag mediaFlags

// Set implements pflag.Value.
func (m *altFlag) Set(text string) error {
	if n := len(*m); n == 0 || (*m)[n-1].Alt != "" {
		return errors.New("each --alt describes the --media before it")
	}
	(*m)[len(*m)-1].Alt = text
	return nil
}

// Type implements pflag.Value.
func (m *altFlag) Type() string { return "string" }

func (m *altFlag) String() string { return "" }
