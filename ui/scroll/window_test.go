package scroll_test

import (
	"testing"

	"pgregory.net/rapid"

	"skein/ui/scroll"
)

// items are heights.
type items []int

func (s items) Len() int         { return len(s) }
func (s items) Height(i int) int { return s[i] }

// TestWindowIsNeverLost: after any moves the selected item is on the screen, no
// line above the first item is empty, and none below the last while something
// above could fill it.
func TestWindowIsNeverLost(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := items(rapid.SliceOfN(rapid.IntRange(1, 30), 1, 60).Draw(t, "heights"))
		w := scroll.Window{Height: rapid.IntRange(1, 40).Draw(t, "height"), Tail: rapid.IntRange(0, 1).Draw(t, "tail")}
		w.Hold(list, rapid.IntRange(0, len(list)-1).Draw(t, "at"))
		for range rapid.IntRange(1, 30).Draw(t, "moves") {
			switch rapid.IntRange(0, 5).Draw(t, "move") {
			case 0:
				w.Move(list, 1)
			case 1:
				w.Move(list, -1)
			case 2:
				w.Scroll(list, rapid.IntRange(-50, 50).Draw(t, "lines"))
			case 3:
				w.Select(list, rapid.IntRange(-5, 70).Draw(t, "select"))
			case 4:
				w.Begin(list, rapid.IntRange(0, len(list)-1).Draw(t, "begin"))
			case 5:
				w.Height = rapid.IntRange(1, 40).Draw(t, "new height")
				w.Hold(list, w.Selected())
			}
			consistent(t, list, &w)
		}
	})
}

// TestScrollSkipsNothing: a screen down shows the next lines, whatever fits on it.
func TestScrollSkipsNothing(t *testing.T) {
	list := make(items, 100)
	for i := range list {
		list[i] = 4
	}
	w := scroll.Window{Height: 20}
	w.Hold(list, 0)
	for page := range 10 {
		first, row := w.First(list)
		if at := first*4 - row; at != page*18 {
			t.Fatalf("page %d begins at line %d, want %d", page, at, page*18)
		}
		w.Scroll(list, 18)
	}
	for range 30 {
		w.Scroll(list, 18)
	}
	if w.Selected() != len(list)-1 {
		t.Errorf("at the end item %d is selected", w.Selected())
	}
}

func consistent(t *rapid.T, list items, w *scroll.Window) {
	sel, top := w.Selected(), w.Top()
	if sel < 0 || sel >= len(list) {
		t.Fatalf("selected is %d of %d", sel, len(list))
	}
	if top >= w.Height || top+list[sel] <= 0 {
		t.Fatalf("the selected item, %d lines from line %d, is off a screen of %d", list[sel], top, w.Height)
	}
	first, row := w.First(list)
	if row > 0 {
		t.Fatalf("%d empty lines above the first item", row)
	}
	end := row
	for i := first; i < len(list); i++ {
		end += list[i]
	}
	if end+w.Tail < w.Height && (first > 0 || row < 0) {
		t.Fatalf("lines %d to %d are empty, and item %d begins at %d", end, w.Height, first, row)
	}
}

func TestMoveVisitsEveryItem(t *testing.T) {
	list := items{3, 50, 1, 20, 2}
	w := scroll.Window{Height: 10, Tail: 1}
	seen := []int{0}
	for range 40 {
		w.Move(list, 1)
		if seen[len(seen)-1] != w.Selected() {
			seen = append(seen, w.Selected())
		}
	}
	for i, s := range seen {
		if s != i {
			t.Fatalf("visited %v", seen)
		}
	}
	if len(seen) != len(list) {
		t.Fatalf("visited %v of %d items", seen, len(list))
	}
	for range 40 {
		w.Move(list, -1)
	}
	if w.Selected() != 0 || w.Top() != 0 {
		t.Errorf("back at item %d on line %d", w.Selected(), w.Top())
	}
}

func TestScrollEndsAtTheEnds(t *testing.T) {
	list := items{2, 2, 2, 2, 2, 2, 2, 2}
	w := scroll.Window{Height: 6}
	for range 10 {
		w.Scroll(list, 3)
	}
	if w.Selected() != len(list)-1 {
		t.Errorf("at the bottom item %d is selected", w.Selected())
	}
	for range 10 {
		w.Scroll(list, -3)
	}
	if w.Selected() != 0 {
		t.Errorf("at the top item %d is selected", w.Selected())
	}
}

func TestAt(t *testing.T) {
	list := items{2, 3, 1}
	w := scroll.Window{Height: 10}
	for line, want := range map[int]int{0: 0, 1: 0, 2: 1, 4: 1, 5: 2} {
		if got, ok := w.At(list, line); !ok || got != want {
			t.Errorf("line %d is item %d, %v, not %d", line, got, ok, want)
		}
	}
	for _, line := range []int{-1, 6, 10} {
		if _, ok := w.At(list, line); ok {
			t.Errorf("there is an item on line %d", line)
		}
	}
}
