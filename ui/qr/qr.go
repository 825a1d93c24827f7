// Package qr draws a short text as a QR code of half blocks, two modules a cell.
//
// It knows neither colours nor screens: who draws the rows gives them dark ink on
// light paper, whatever the theme, for not every camera reads the reverse.
package qr

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"rsc.io/qr"
)

// margin is the quiet zone around the code, in modules. ISO/IEC 18004 wants four;
// cameras make do with two, and terminals are small.
const margin = 2

// Lines are the rows of the code of text, all equally wide. It fails when the text is
// longer than a QR code holds, 2953 bytes.
func Lines(text string) ([]string, error) {
	code, err := qr.Encode(text, qr.L)
	if err != nil {
		return nil, fmt.Errorf("as a QR code: %w", err)
	}
	var rows []string
	for y := -margin; y < code.Size+margin; y += 2 {
		var row strings.Builder
		for x := -margin; x < code.Size+margin; x++ {
			row.WriteRune(half(code.Black(x, y), code.Black(x, y+1)))
		}
		rows = append(rows, row.String())
	}
	return rows, nil
}

// half is a cell of two modules, one above the other.
func half(above, below bool) rune {
	switch {
	case above && below:
		return '█'
	case above:
		return '▀'
	case below:
		return '▄'
	}
	return ' '
}

// Width is how many cells wide some rows of Lines are.
func Width(rows []string) int {
	if len(rows) == 0 {
		return 0
	}
	return utf8.RuneCountInString(rows[0])
}
