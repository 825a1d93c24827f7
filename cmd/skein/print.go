package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"text/template"
	"time"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
	"golang.org/x/term"

	"skein/timeline"
)

// printer writes posts and people to standard output: as readable text, as JSON
// or through the person's template. Everything remote in it is a Safe.
type printer struct {
	w      *colorprofile.Writer // takes a post at a time, never a part of one
	buffer *bufio.Writer        // below it: cut anywhere
	names  map[timeline.AccountID]string
	mutes  *timeline.Mutes // what is printed in spite of them says so; nil: nothing does
	folds  bool            // as text it is only told, but for the post that was asked for
	now    time.Time
	width  int // cells; 0 leaves lines as they are
	json   bool
	layout *template.Template
}

// printer makes one for standard output. Colours go only to a terminal, unless
// --color says otherwise.
func (a *app) printer(names map[timeline.AccountID]string, layout string) (*printer, error) {
	p := &printer{names: names, now: a.now(), json: a.flags.json}
	if layout != "" {
		t, err := template.New("template").Parse(layout)
		if err != nil {
			return nil, timeline.Errorf(timeline.CodeUsage, "--template: %w", err)
		}
		p.layout = t
	}
	out := a.out
	if f, ok := a.out.(*os.File); ok && isTerminal(f) {
		if w, _, err := term.GetSize(int(f.Fd())); err == nil {
			p.width = min(w, 80)
		}
	}
	p.w, p.buffer = colorprofile.NewWriter(out, os.Environ()), bufio.NewWriter(out)
	p.w.Forward = p.buffer
	switch a.flags.color {
	case "always":
		p.w.Profile = colorprofile.ANSI256
	case "never":
		p.w.Profile = colorprofile.NoTTY
	}
	return p, nil
}

func (p *printer) flush() error { return p.buffer.Flush() }

// post prints one row; depth indents it in a thread.
func (p *printer) post(row *timeline.Post, depth int, focus bool) error {
	if p.layout == nil && !p.json {
		if why, hidden := p.mutes.Hides(row); hidden && p.folds && !focus {
			return p.line(max(depth, 0), "hidden: "+why.Why.String()+"; --muted shows it")
		}
		return p.readable(row, max(depth, 0), focus)
	}
	j := p.asJSON(row)
	if depth >= 0 {
		j.Depth, j.Focus = &depth, focus
	}
	return p.object(j)
}

// asJSON is a row as JSON, with what would hide it.
func (p *printer) asJSON(row *timeline.Post) postJSON {
	j := asJSON(row, p.names)
	if why, hidden := p.mutes.Hides(row); hidden {
		j.Muted = why.Why
	}
	return j
}

// object prints what a program reads: JSON, or what the template makes of it.
func (p *printer) object(j any) error {
	if p.layout != nil {
		return p.laidOut(j)
	}
	return json.NewEncoder(p.w).Encode(j)
}

// laidOut prints what the person's template makes of a post or person. The
// template sees the fields by the names they have in the JSON.
func (p *printer) laidOut(j any) error {
	b, err := json.Marshal(j)
	if err != nil {
		return fmt.Errorf("as JSON: %w", err)
	}
	var fields map[string]any
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber() // 1500000, not 1.5e+06
	if err := d.Decode(&fields); err != nil {
		return fmt.Errorf("as JSON: %w", err)
	}
	if err := p.layout.Execute(p.w, fields); err != nil {
		return timeline.Errorf(timeline.CodeUsage, "--template: %w", err)
	}
	_, err = fmt.Fprintln(p.w)
	return err
}

// missing prints what stands for a post of a thread that cannot be read.
func (p *printer) missing(n *timeline.Node, depth int) error {
	switch {
	case p.layout != nil:
		return nil // the template is for posts
	case p.json:
		return json.NewEncoder(p.w).Encode(missingJSON{"missing", n.ID.Local, n.ID.Network, n.Missing, depth})
	}
	why := n.Missing.Line().String()
	if why == "" {
		why = "this post cannot be read"
	}
	return p.line(depth, why)
}

// line prints what stands in a thread in the place of a post.
func (p *printer) line(depth int, what string) error {
	_, err := fmt.Fprintf(p.w, "%s·  %s\n\n", strings.Repeat("  ", min(depth, 8)), what)
	return err
}

// readable prints a post as text.
func (p *printer) readable(row *timeline.Post, depth int, focus bool) error {
	c := row.Content()
	bold, dim := lipgloss.NewStyle().Bold(true), lipgloss.NewStyle().Faint(true)
	pad := strings.Repeat("  ", min(depth, 8))
	mark := c.ID.Network.Letter()
	if focus {
		mark += "▸"
	}
	var b strings.Builder
	if row.Boosted != nil {
		fmt.Fprintf(&b, "%s   %s\n", pad, dim.Render("⟲ "+row.Author.Name.String()))
	}
	fmt.Fprintf(&b, "%s%-2s %s  %s\n", pad, mark, bold.Render(c.Author.Name.Line().String()),
		dim.Render(c.Author.Handle.String()+"  "+c.Created.Local().Format("2006-01-02 15:04")))
	if why, hidden := p.mutes.Hides(row); hidden {
		fmt.Fprintf(&b, "%s   %s\n", pad, dim.Render("▾ "+why.Why.String()))
	}
	for _, line := range p.body(c, len(pad)+3) {
		fmt.Fprintf(&b, "%s   %s\n", pad, line)
	}
	for _, line := range meta(c) {
		fmt.Fprintf(&b, "%s   %s\n", pad, dim.Render(line))
	}
	b.WriteByte('\n')
	_, err := p.w.WriteString(b.String())
	return err
}

// body is the text with its warning, wrapped to the terminal.
func (p *printer) body(c *timeline.Post, indent int) []string {
	text := strings.TrimSpace(c.Text.Plain().String())
	if c.Sensitive && !c.Warning.Empty() {
		text = "[" + c.Warning.Line().String() + "]\n" + text
	}
	if text == "" {
		return nil
	}
	if p.width > indent+10 {
		text = ansi.Wrap(text, p.width-indent, "")
	}
	return strings.Split(text, "\n")
}

// meta lists what a post has besides its text, a line each; its short id is at the
// end.
func meta(c *timeline.Post) []string {
	var lines []string
	for _, m := range c.Media {
		alt := m.Alt.Line().String()
		if alt == "" {
			alt = "no description"
		}
		lines = append(lines, fmt.Sprintf("[%s] %s", m.Kind, alt))
	}
	if c.Poll != nil {
		for _, o := range c.Poll.Options {
			lines = append(lines, "○ "+o.Text.Line().String()+votes(o))
		}
	}
	if c.Card != nil {
		lines = append(lines, "│ "+c.Card.Title.Line().String()+"  "+c.Card.URL.String())
	}
	if q := c.Quote; q != nil && q.Post != nil {
		lines = append(lines, "┃ "+q.Post.Author.Name.Line().String()+": "+ansi.Truncate(q.Post.Text.Plain().Line().String(), 100, "…"))
	} else if q != nil {
		lines = append(lines, "┃ quoted post: "+string(q.State)+" "+q.Title.Line().String())
	}
	if !c.Note.Empty() {
		lines = append(lines, c.Note.Line().String())
	}
	counts := ""
	for _, n := range []struct {
		sign string
		n    int
	}{{"↩", c.Counts.Replies}, {"⟲", c.Counts.Boosts}, {"♥", c.Counts.Likes}} {
		if n.n > 0 {
			counts += fmt.Sprintf("%s %d   ", n.sign, n.n)
		}
	}
	counts += c.URL.String()
	if counts != "" {
		counts += "   "
	}
	return append(lines, counts+c.ID.Short())
}

func votes(o timeline.PollOption) string {
	if o.Votes < 0 {
		return ""
	}
	return fmt.Sprintf("  %d", o.Votes)
}

// personWho prints somebody in a list of people, in a line or two.
func (p *printer) personWho(who *timeline.Profile, account string, did timeline.Kind) error {
	if p.layout != nil || p.json {
		j := asProfile(who, account)
		j.Did = did
		return p.object(j)
	}
	bold, dim := lipgloss.NewStyle().Bold(true), lipgloss.NewStyle().Faint(true)
	_, err := fmt.Fprintf(p.w, "%s  %s  %s\n", who.Network.Letter(), bold.Render(who.Name.Line().String()), dim.Render(who.Handle.String()))
	return err
}

// profile prints one person.
func (p *printer) profile(who *timeline.Profile, account string) error {
	if p.layout != nil || p.json {
		return p.object(asProfile(who, account))
	}
	bold, dim := lipgloss.NewStyle().Bold(true), lipgloss.NewStyle().Faint(true)
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s  %s\n", who.Network.Letter(), bold.Render(who.Name.Line().String()), dim.Render(who.Handle.String()))
	for _, line := range p.body(&timeline.Post{Text: who.Bio}, 3) {
		fmt.Fprintf(&b, "   %s\n", line)
	}
	for _, f := range who.Fields {
		checked := ""
		if f.Verified {
			checked = " ✓"
		}
		fmt.Fprintf(&b, "   %s: %s%s\n", f.Name.Line(), f.Value.Plain().Line(), checked)
	}
	fmt.Fprintf(&b, "   %s\n", dim.Render(fmt.Sprintf("%d posts, %d following, %d followers", who.Posts, who.Following, who.Followers)))
	if !who.URL.Empty() {
		fmt.Fprintf(&b, "   %s\n", dim.Render(who.URL.String()))
	}
	_, err := p.w.WriteString(b.String())
	return err
}
