package picture

import (
	"bytes"
	"fmt"
	"image"
	"strings"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/ansi/kitty"
)

// maxID is the greatest id of a picture: a cell's colour tells it, 24 bits.
const maxID = 1<<24 - 1

// placeholders are the cells in which a terminal shows picture id: each tells its picture
// by its colour, its row and its column by marks above it.
// https://sw.kovidgoyal.net/kitty/graphics-protocol/#unicode-placeholders
func placeholders(id, w, h int) []string {
	out := make([]string, h)
	open := fmt.Sprintf("\x1b[38;2;%d;%d;%dm", id>>16&0xff, id>>8&0xff, id&0xff)
	for y := range h {
		var s strings.Builder
		s.WriteString(open)
		for x := range w {
			s.WriteRune(kitty.Placeholder)
			s.WriteRune(kitty.Diacritic(y))
			s.WriteRune(kitty.Diacritic(x))
		}
		s.WriteString("\x1b[m")
		out[y] = s.String()
	}
	return out
}

// transmit is the sequence that gives a terminal picture id for w × h cells, without an
// answer and without moving the cursor. wrap takes every part of it through whatever
// stands between us and the terminal.
func transmit(img image.Image, id, w, h int, wrap func(string) string) (string, error) {
	var b bytes.Buffer
	err := kitty.EncodeGraphics(&b, img, &kitty.Options{
		Action: kitty.TransmitAndPut, Format: kitty.PNG, Transmission: kitty.Direct,
		ID: id, Columns: w, Rows: h, VirtualPlacement: true, Quiet: 2, Chunk: true,
		ChunkFormatter: wrap,
	})
	if err != nil {
		return "", fmt.Errorf("a picture for the terminal: %w", err)
	}
	return b.String(), nil
}

// forget is the sequence by which a terminal lets go of picture id.
func forget(id int) string {
	return ansi.KittyGraphics(nil, "a=d", "d=I", fmt.Sprintf("i=%d", id), "q=2")
}
