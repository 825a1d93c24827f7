package history

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Mark names what one text is, among all texts of all runs. Commands that
// deliberately publish the same text share it.
type Mark string

// NewMark makes the mark of a run's n-th text.
func NewMark(seed int64, n int) Mark { return Mark(fmt.Sprintf("s%do%d", seed, n)) }

// Word is the i-th word of a text.
func (m Mark) Word(i int) string { return fmt.Sprintf("%sx%d", m, i) }

// Words are words i to j, without j, as a text.
func (m Mark) Words(i, j int) string {
	words := make([]string, 0, j-i)
	for ; i < j; i++ {
		words = append(words, m.Word(i))
	}
	return strings.Join(words, " ")
}

// Read finds the mark of a text, and the numbers of its words in their order.
// Without a word there is no mark.
func Read(text string) (m Mark, words []int) {
	for _, found := range regexp.MustCompile(`\b(s\d+o\d+)x(\d+)\b`).FindAllStringSubmatch(text, -1) {
		n, err := strconv.Atoi(found[2])
		if err != nil {
			continue
		}
		m = Mark(found[1])
		words = append(words, n)
	}
	return m, words
}

// inOrder tells whether words are consecutive.
func inOrder(words []int) bool {
	for i, w := range words {
		if w != words[0]+i {
			return false
		}
	}
	return len(words) > 0
}

// has tells whether a post holds a word.
func (p Post) has(word int) bool {
	_, words := Read(p.Text)
	return slices.Contains(words, word)
}
