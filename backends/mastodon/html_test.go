package mastodon

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	masto "github.com/mattn/go-mastodon"

	"skein/timeline"
)

func testDecoder() *decoder {
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	return &decoder{account: "acc", domain: "home.example", now: func() time.Time { return now }, index: newIndex(100)}
}

// marked writes spans so that a test can read them: [kind text|target].
func marked(text timeline.Text) string {
	names := map[timeline.SpanKind]string{
		timeline.SpanLink: "link", timeline.SpanMention: "mention", timeline.SpanTag: "tag", timeline.SpanEmoji: "emoji",
	}
	var b strings.Builder
	for _, s := range text {
		if s.Kind == timeline.SpanPlain {
			b.WriteString(s.Text.String())
			continue
		}
		b.WriteString("[" + names[s.Kind] + " " + s.Text.String() + "|" + s.Target.String() + "]")
	}
	return b.String()
}

func TestHTML(t *testing.T) {
	d := testDecoder()
	mentions := []masto.Mention{
		{URL: "https://home.example/@ana", Acct: "ana"}, {URL: "https://far.example/@bo", Acct: "bo@far.example"},
	}
	emojis := []masto.Emoji{{ShortCode: "blob", StaticURL: "https://home.example/blob.png"}}
	for _, c := range []struct{ name, in, want string }{
		{"paragraphs and breaks", "<p>one<br />two</p><p>three</p>", "one\ntwo\n\nthree"},
		{"white space", "<p>  a \n\t b</p>\n<p>c </p>\n", "a b\n\nc"},
		{"entities", "<p>a &lt;b&gt; &amp;amp; &#27;[31m</p>", "a <b> &amp; [31m"},
		{
			"mention", `<p><span class="h-card"><a href="https://home.example/@ana" class="u-url mention">@<span>ana</span></a></span> hi</p>`,
			"[mention @ana|ana@home.example] hi",
		},
		{"remote mention", `<a class="mention" href="https://far.example/@bo">@bo</a>!`, "[mention @bo|bo@far.example]!"},
		{"mention of nobody listed", `<a class="mention" href="https://x.example/@c">@c</a>`, "[link @c|https://x.example/@c]"},
		{"hashtag", `a <a href="https://home.example/tags/go" class="mention hashtag" rel="tag">#<span>Go</span></a>`, "a [tag #Go|Go]"},
		{
			"shortened link", `<a href="https://a.example/very/long"><span class="invisible">https://</span><span class="ellipsis">a.example/ve</span><span class="invisible">ry/long</span></a>`,
			"[link a.example/ve…|https://a.example/very/long]",
		},
		{"link that lies", `<a href="https://evil.example/">https://bank.example</a>`, "[link https://bank.example|https://evil.example/]"},
		{"link without a label", `<a href="https://a.example/x"></a>`, "[link a.example/x|https://a.example/x]"},
		{"script address", `<a href="javascript:alert(1)">click</a>`, "click"},
		{"address with a bell", "<a href=\"https://a.example/\x07\">x</a>", "x"},
		{"quote fallback", `<p class="quote-inline">RE: <a href="https://a.example">a</a></p><p>mine</p>`, "mine"},
		{"script and style", `<script>x</script><style>y</style>z`, "z"},
		{"list", "<p>a</p><ul><li>one</li><li>two<ol><li>x</li><li>y</li></ol></li></ul>b", "a\n\n• one\n• two\n  1. x\n  2. y\n\nb"},
		{"quotation", "<blockquote><p>one</p><p>two</p></blockquote>three", "> one\n\n> two\n\nthree"},
		{"code", "<p>run <code>a  b</code></p><pre><code>x\n  y</code></pre>", "run `a b`\n\nx\n  y"},
		{"emoji", "<p>:blob: a:blob::blob: :other:</p>", "[emoji :blob:|https://home.example/blob.png] a[emoji :blob:|https://home.example/blob.png][emoji :blob:|https://home.example/blob.png] :other:"},
		{"emoji as a picture", `<img alt=":blob:" src="x">`, "[emoji :blob:|https://home.example/blob.png]"},
		{"many blank lines", "a" + strings.Repeat("<br>", 500) + "b", "a\n\n\nb"},
		{"space around a link", `see <a href="https://a.example">a</a> and <b>b</b> c`, "see [link a|https://a.example] and b c"},
		{"unclosed", "<p>a<b>b", "ab"},
		{"no HTML", "just text", "just text"},
		{"nothing", "", ""},
	} {
		if diff := cmp.Diff(c.want, marked(d.text(c.in, emojis, mentions))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

// TestAddressIsNeverAnother: what would be dropped from an address for safety's sake
// changes where it leads.
func TestAddressIsNeverAnother(t *testing.T) {
	for _, s := range []string{"https://a.example/?q=x\u200by", "javascript:alert(1)", "file:///etc/passwd", "//a.example"} {
		if got := webAddress(s); !got.Empty() {
			t.Errorf("%q became %s", s, got)
		}
	}
}

func TestHTMLNestedTooDeep(t *testing.T) {
	d := testDecoder()
	deep := strings.Repeat("<b>", 100_000) + "still here"
	if got := d.text(deep, nil, nil).Plain().String(); got != "still here" {
		t.Errorf("got %.60q", got)
	}
	long := d.text(strings.Repeat("é", maxContent), nil, nil).Plain().String()
	if len(long) > maxContent+len("\uFFFD") || len(long) < maxContent/2 {
		t.Errorf("a text over the cap is %d bytes long", len(long))
	}
}

func FuzzHTML(f *testing.F) {
	for _, s := range []string{"<p>a<br>b", "<ul><li><a href=x>:blob:</a><blockquote><pre>\n", "<a href='https://a' class=hashtag>#\x1b", "&#x9b;\xff"} {
		f.Add(s)
	}
	emojis := []masto.Emoji{{ShortCode: "blob", URL: "https://home.example/blob.png"}}
	f.Fuzz(func(t *testing.T, in string) {
		for _, s := range testDecoder().text(in, emojis, nil) {
			if s.Text.Empty() || (s.Kind == timeline.SpanPlain) != s.Target.Empty() {
				t.Errorf("span %+v of %q", s, in)
			}
			if s.Text != timeline.Clean(s.Text.String()) || !utf8.ValidString(s.Text.String()) {
				t.Errorf("%q is not clean", s.Text)
			}
		}
	})
}
