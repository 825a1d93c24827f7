package qr_test

import (
	"strings"
	"testing"

	upstream "rsc.io/qr"

	"skein/ui/qr"
)

// TestEveryModuleIsDrawn reads the rows back and compares them with the code, and what
// is around it with nothing.
func TestEveryModuleIsDrawn(t *testing.T) {
	const margin = 2
	for _, text := range []string{"", "https://mastodon.example/oauth/authorize", "nostrconnect://" + strings.Repeat("0123456789abcdef", 16)} {
		code, err := upstream.Encode(text, upstream.L)
		if err != nil {
			t.Fatal(err)
		}
		rows, err := qr.Lines(text)
		if err != nil {
			t.Fatal(err)
		}
		if w := qr.Width(rows); w != code.Size+2*margin {
			t.Errorf("%d cells wide, want %d", w, code.Size+2*margin)
		}
		for y, row := range rows {
			cells := []rune(row)
			if len(cells) != qr.Width(rows) {
				t.Fatalf("row %d has %d cells", y, len(cells))
			}
			for x, c := range cells {
				above, below := code.Black(x-margin, 2*y-margin), code.Black(x-margin, 2*y+1-margin)
				if strings.ContainsRune("█▀", c) != above || strings.ContainsRune("█▄", c) != below {
					t.Fatalf("the cell %d,%d is %q", x, y, c)
				}
			}
		}
	}
}

func TestWhatIsTooLong(t *testing.T) {
	if _, err := qr.Lines(strings.Repeat("x", 3000)); err == nil {
		t.Error("3000 bytes are a code")
	}
	if qr.Width(nil) != 0 {
		t.Error("no rows are wide")
	}
}
