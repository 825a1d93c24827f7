package main

import (
	"bufio"
	"fmt"
	"strings"
	"unicode"

	"skein/timeline"
)

// notLetter tells what is between words.
func notLetter(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) }

// schema is the least that posts can be kept and found in: a table of their texts and
// a full-text index, with no other index, no people, no feeds.
const schema = `PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
CREATE TABLE post(place INTEGER PRIMARY KEY, id TEXT, url TEXT, author TEXT, name TEXT, text TEXT);
CREATE VIRTUAL TABLE words USING fts5(text, facts, content = '', tokenize = "unicode61 remove_diacritics 2");
`

// The words that stand for facts in the floor's index.
const (
	factOn    = "on"
	factMedia = "hasmedia"
)

// factBy is the word for who wrote a post.
func factBy(a timeline.Author) string {
	return "by" + strings.Map(func(r rune) rune {
		if notLetter(r) {
			return -1
		}
		return r
	}, a.ID)
}

// writeSchema begins the floor's script.
func writeSchema(w *bufio.Writer) { _, _ = w.WriteString(schema) } // Flush tells what failed

// writeBatch adds posts to the floor's script, in one transaction.
func writeBatch(w *bufio.Writer, first int, batch []*timeline.Post) {
	_, _ = w.WriteString("BEGIN;\n") // Flush tells what failed, of this and of the following
	for i, p := range batch {
		c := p.Content()
		text := literal(c.Text.Plain().String())
		_, _ = fmt.Fprintf(w, "INSERT INTO post VALUES(%d,%s,%s,%s,%s,%s);\n", first+i,
			literal(p.ID.Local), literal(p.URL.String()), literal(c.Author.ID), literal(c.Author.Name.String()), text)
		facts := factOn + string(p.ID.Network) + " " + factBy(c.Author)
		if len(c.Media) > 0 {
			facts += " " + factMedia
		}
		_, _ = fmt.Fprintf(w, "INSERT INTO words(rowid,text,facts) VALUES(%d,%s,%s);\n", first+i, text, literal(facts))
	}
	_, _ = w.WriteString("COMMIT;\n")
}

// literal is SQL's.
func literal(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
