package e2e

import (
	"regexp"
	"slices"
	"strings"
)

// age stands at the end of a post's first row and goes on by itself.
var age = regexp.MustCompile(`\s+(now|\d+[smhdwy])\s*$`)

// Screen is what a person sees: the terminal's rows as text.
type Screen string

// selectionBar marks the rows of the selected post.
const selectionBar = "▌"

// postHead is the first row of a post: the bar's column, then the network's
// letter, then the name.
var postHead = regexp.MustCompile(`^[ ▌]*([MBN])  ?\S`)

// Rows are the lines of the screen.
func (s Screen) Rows() []string {
	return strings.Split(strings.TrimSuffix(string(s), "\n"), "\n")
}

// Selected is the text of the rows with the selection's bar, without it and
// without the ages, which go on by themselves.
func (s Screen) Selected() string {
	var selected []string
	for _, row := range s.Rows() {
		before, after, found := strings.Cut(row, selectionBar)
		if found && strings.TrimSpace(before) == "" {
			selected = append(selected, age.ReplaceAllString(strings.TrimRight(after, " "), ""))
		}
	}
	return strings.TrimSpace(strings.Join(selected, "\n"))
}

// Posts are the rows below the header and what is announced there, without the
// ages.
func (s Screen) Posts() string {
	const above = 2
	rows := s.Rows()
	rows = slices.Clone(rows[min(above, len(rows)):])
	for i, row := range rows {
		rows[i] = age.ReplaceAllString(row, "")
	}
	return strings.Join(rows, "\n")
}

// Networks are the letters of the posts on the screen, each once, sorted.
func (s Screen) Networks() string {
	var letters []string
	for _, row := range s.Rows()[1:] { // the header has letters of its own
		if match := postHead.FindStringSubmatch(row); match != nil && !slices.Contains(letters, match[1]) {
			letters = append(letters, match[1])
		}
	}
	slices.Sort(letters)
	return strings.Join(letters, "")
}

// Health is the mark beside a network's letter in the header, or "".
func (s Screen) Health(letter string) string {
	match := regexp.MustCompile(`\b` + letter + `\s*([●◐○])`).FindStringSubmatch(s.Rows()[0])
	if match == nil {
		return ""
	}
	return match[1]
}

// Framed is the screen in a frame, for a failure's message.
func (s Screen) Framed() string {
	edge := strings.Repeat("─", 20)
	return "┌" + edge + "\n│" + strings.Join(s.Rows(), "\n│") + "\n└" + edge
}
