package mastodon

import (
	"strconv"
	"strings"

	masto "github.com/mattn/go-mastodon"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"skein/timeline"
)

// maxContent is how much HTML of one post is read, in bytes: many times what any
// server lets people write.
const maxContent = 512 << 10

// text converts a server's HTML into spans: mentions, hashtags and links with the
// parts that Mastodon hides left out, custom emoji, paragraphs, lists, quotations
// and code. The fallback text of a quote (.quote-inline) is dropped.
//
// Source: docs.joinmastodon.org/spec/activitypub#sanitization and Mastodon's
// app/lib/text_formatter.rb
func (d *decoder) text(content string, emojis []masto.Emoji, mentions []masto.Mention) timeline.Text {
	w := &writer{emoji: emojiTable(emojis), people: map[string]string{}}
	for _, m := range mentions {
		if id := d.personID(m.Acct); id != "" && m.URL != "" {
			w.people[m.URL] = id
		}
	}
	if len(content) > maxContent {
		content = content[:maxContent]
	}
	body := &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body}
	nodes, err := html.ParseFragment(strings.NewReader(content), body)
	if err != nil { // nested deeper than the parser goes along: the bare text is still worth reading
		w.tokens(content)
		return w.done()
	}
	for _, n := range nodes {
		w.node(n)
	}
	return w.done()
}

func emojiTable(emojis []masto.Emoji) map[string]timeline.Safe {
	table := make(map[string]timeline.Safe, len(emojis))
	for _, e := range emojis {
		address := webAddress(e.StaticURL)
		if address.Empty() {
			address = webAddress(e.URL)
		}
		if e.ShortCode != "" && !address.Empty() {
			table[e.ShortCode] = address
		}
	}
	return table
}

// tokens writes the text alone.
func (w *writer) tokens(content string) {
	z := html.NewTokenizer(strings.NewReader(content))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return
		case html.TextToken:
			w.text(string(z.Text()))
		}
	}
}

// node writes n and what is in it.
func (w *writer) node(n *html.Node) {
	switch n.Type {
	case html.TextNode:
		w.text(n.Data)
	case html.ElementNode:
		if !hidden(n) {
			w.element(n)
		}
	}
}

func (w *writer) children(n *html.Node) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		w.node(c)
	}
}

func (w *writer) element(n *html.Node) {
	switch n.DataAtom {
	case atom.Br:
		w.lineBreak()
	case atom.Img:
		w.text(attribute(n, "alt"))
	case atom.A:
		w.link(n)
	case atom.P, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		w.block(n, 2)
	case atom.Ul, atom.Ol:
		w.list(n)
	case atom.Blockquote:
		w.gap(2)
		w.quoting++
		w.children(n)
		w.quoting--
		w.gap(2)
	case atom.Pre:
		w.verbatim++
		w.block(n, 2)
		w.verbatim--
	case atom.Code:
		if w.verbatim > 0 {
			w.children(n)
			return
		}
		w.inlineCode(n)
	case atom.Div, atom.Section, atom.Article, atom.Table, atom.Tr, atom.Dl, atom.Dt, atom.Dd, atom.Figure, atom.Hr, atom.Li:
		w.block(n, 1)
	default:
		w.children(n)
	}
}

func (w *writer) block(n *html.Node, breaks int) {
	w.gap(breaks)
	w.children(n)
	w.gap(breaks)
}

func (w *writer) inlineCode(n *html.Node) {
	if code := strings.Join(strings.Fields(visible(n)), " "); code != "" {
		w.text("`" + code + "`")
	}
}

// list writes an item a line, marked or numbered, nested lists indented.
func (w *writer) list(n *html.Node) {
	breaks := 2
	if w.indent > 0 {
		breaks = 1
	}
	w.gap(breaks)
	w.indent++
	number := 1
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.DataAtom != atom.Li {
			w.node(c)
			continue
		}
		w.gap(1)
		w.marker = "• "
		if n.DataAtom == atom.Ol {
			w.marker = strconv.Itoa(number) + ". "
			number++
		}
		w.children(c)
		w.marker = ""
		w.gap(1)
	}
	w.indent--
	w.gap(breaks)
}

// link writes an <a>: a mention of somebody the status lists, a hashtag, or an
// address. What leads nowhere is written as its text.
func (w *writer) link(n *html.Node) {
	label := strings.Join(strings.Fields(visible(n)), " ")
	href := attribute(n, "href")
	target := webAddress(href)
	if label == "" {
		label = strings.TrimPrefix(strings.TrimPrefix(target.String(), "https://"), "http://")
	}
	name, isTag := strings.CutPrefix(label, "#")
	switch {
	case isTag && !timeline.CleanLine(name).Empty() && (hasClass(n, "hashtag") || attribute(n, "rel") == "tag"):
		w.span(timeline.SpanTag, label, timeline.CleanLine(name))
	case w.people[href] != "":
		w.span(timeline.SpanMention, label, timeline.CleanLine(w.people[href]))
	case target.Empty():
		w.text(label)
	default:
		w.span(timeline.SpanLink, label, target)
	}
}

// visible is the text of n as a browser shows it: .invisible is left out and
// .ellipsis ends in "…".
func visible(n *html.Node) string {
	var b strings.Builder
	collect(&b, n)
	return b.String()
}

func collect(b *strings.Builder, n *html.Node) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		switch {
		case c.Type == html.TextNode:
			b.WriteString(c.Data)
		case c.Type != html.ElementNode || hidden(c):
		case c.DataAtom == atom.Img:
			b.WriteString(attribute(c, "alt"))
		case c.DataAtom == atom.Br:
			b.WriteByte(' ')
		default:
			collect(b, c)
			if hasClass(c, "ellipsis") {
				b.WriteString("…")
			}
		}
	}
}

// hidden tells whether a browser would show nothing of n.
func hidden(n *html.Node) bool {
	switch n.DataAtom {
	case atom.Script, atom.Style, atom.Head, atom.Title, atom.Template, atom.Noscript, atom.Iframe, atom.Object, atom.Svg, atom.Math:
		return true
	}
	return hasClass(n, "invisible") || hasClass(n, "quote-inline")
}

func hasClass(n *html.Node, class string) bool {
	for c := range strings.FieldsSeq(attribute(n, "class")) {
		if c == class {
			return true
		}
	}
	return false
}

func attribute(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}
