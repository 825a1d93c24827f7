package snapshot_test

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"skein/ui/snapshot"
)

func TestSVG(t *testing.T) {
	svg := string(snapshot.SVG("plain \x1b[1mbold\x1b[m\n\x1b[38;2;1;2;3mcolour\x1b[m <&>\"", 20, 2, snapshot.Options{Title: "a & b"}))
	for _, want := range []string{`font-weight="bold"`, `fill="#010203"`, "&lt;&amp;&gt;&quot;", "a &amp; b", ">plain "} {
		if !strings.Contains(svg, want) {
			t.Errorf("%s is not in\n%s", want, svg)
		}
	}
}

func FuzzSVGIsXML(f *testing.F) {
	f.Add("\x1b[31mred\x1b[m", 10, 2)
	f.Add("</svg><script>", 20, 1)
	f.Add("日本\u0301\x00\ufffe", 3, 3)
	f.Fuzz(func(t *testing.T, frame string, cols, rows int) {
		d := xml.NewDecoder(strings.NewReader(string(snapshot.SVG(frame, cols%200, rows%60, snapshot.Options{}))))
		for {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				return
			} else if err != nil {
				t.Fatal(err)
			}
		}
	})
}
