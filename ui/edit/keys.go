package edit

import (
	tea "charm.land/bubbletea/v2"
)

// Key takes a key of line editing or a letter. It tells whether it knows the key,
// and whether there was room for what it types.
func (t *Text) Key(k tea.KeyPressMsg) (known, room bool) {
	t.init()
	name := k.String()
	switch {
	case t.move(name), t.remove(name):
		return true, true
	case name == "enter" || name == "ctrl+m" || name == "shift+enter":
		if t.Line {
			return false, true
		}
		return true, t.Insert("\n")
	case k.Text != "":
		return true, t.Insert(k.Text)
	}
	return false, true
}

// move moves the cursor.
func (t *Text) move(key string) bool {
	switch key {
	case "up", "ctrl+p":
		t.vertical(-1)
		return true
	case "down", "ctrl+n":
		t.vertical(1)
		return true
	case "pgup":
		t.vertical(-page)
		return true
	case "pgdown":
		t.vertical(page)
		return true
	case "left", "ctrl+b":
		t.left()
	case "right", "ctrl+f":
		t.right()
	case "alt+left", "ctrl+left", "alt+b":
		if t.at == 0 {
			t.left()
		}
		t.at = t.wordLeft()
	case "alt+right", "ctrl+right", "alt+f":
		if t.at == len(t.paras[t.para].text) {
			t.right()
		}
		t.at = t.wordRight()
	case "home", "ctrl+a":
		t.at = 0
	case "end", "ctrl+e":
		t.at = len(t.paras[t.para].text)
	case "alt+<", "ctrl+home":
		t.para, t.at = 0, 0
	case "alt+>", "ctrl+end":
		t.para = len(t.paras) - 1
		t.at = len(t.paras[t.para].text)
	default:
		return false
	}
	t.goal = -1
	return true
}

const page = 8 // lines

// remove deletes.
func (t *Text) remove(key string) bool {
	end := len(t.paras[t.para].text)
	switch key {
	case "backspace", "ctrl+h", "shift+backspace":
		t.erase(t.previous, true)
	case "delete", "ctrl+d":
		t.erase(t.next, false)
	case "ctrl+w", "alt+backspace", "ctrl+backspace":
		t.erase(t.wordLeft, true)
	case "alt+d", "alt+delete", "ctrl+delete":
		t.erase(t.wordRight, false)
	case "ctrl+u":
		t.erase(func() int { return 0 }, true)
	case "ctrl+k":
		t.erase(func() int { return end }, false)
	default:
		return false
	}
	return true
}

// erase deletes what is between the cursor and what edge returns; at the end of a
// paragraph the line break.
func (t *Text) erase(edge func() int, back bool) {
	switch {
	case back && t.at > 0:
		t.replace(edge(), t.at, "")
	case back && t.para > 0:
		t.para--
		t.at = len(t.paras[t.para].text)
		t.joinNext()
	case !back && t.at < len(t.paras[t.para].text):
		from := t.at
		t.replace(from, edge(), "")
	case !back && t.para+1 < len(t.paras):
		t.joinNext()
	}
}

func (t *Text) left() {
	switch {
	case t.at > 0:
		t.at = t.previous()
	case t.para > 0:
		t.para--
		t.at = len(t.paras[t.para].text)
	}
}

func (t *Text) right() {
	switch {
	case t.at < len(t.paras[t.para].text):
		t.at = t.next()
	case t.para+1 < len(t.paras):
		t.para, t.at = t.para+1, 0
	}
}

// vertical moves n lines and keeps to the cell where moving began.
func (t *Text) vertical(n int) {
	if t.goal < 0 {
		t.goal = t.column()
	}
	row := t.paras[t.para].rowAt(t.at)
	for ; n > 0; n-- {
		if row++; row == len(t.paras[t.para].rows) {
			if t.para+1 == len(t.paras) {
				t.at = len(t.paras[t.para].text)
				return
			}
			t.para, row = t.para+1, 0
		}
	}
	for ; n < 0; n++ {
		if row--; row < 0 {
			if t.para == 0 {
				t.at = 0
				return
			}
			t.para--
			row = len(t.paras[t.para].rows) - 1
		}
	}
	t.at = t.byteAt(row, t.goal)
}

// byteAt is the byte of the cursor's paragraph at a cell of a line. The end of a
// line that goes on is before its last cluster: after it the next line begins.
func (t *Text) byteAt(row, column int) int {
	p := t.paras[t.para]
	line, at := p.line(row), p.rows[row]
	last := row+1 == len(p.rows)
	for used := 0; line != ""; {
		_, n, w := cluster(t.measure, line)
		if used+w > column || !last && n == len(line) {
			break
		}
		used += w
		at += n
		line = line[n:]
	}
	return at
}
