package scroll

// Items is what a Window looks at. Item 0 is the topmost; every height is at
// least 1.
type Items interface {
	Len() int
	Height(i int) int
}

// Window is a screenful of Items. The zero value stands at the first item.
type Window struct {
	Height int // lines on the screen
	Tail   int // lines that follow the last item
	sel    int
	top    int // the screen line of the selected item's first line; may be negative
}

// Selected is the index of the selected item, and Top the line on which it
// begins.
func (w *Window) Selected() int { return w.sel }

// Top is the screen line of the selected item's first line; negative when it
// begins above the screen.
func (w *Window) Top() int { return w.top }

// Hold keeps the place on an item whose index has become i, on the line where it
// stands; it moves only where there would be nothing to see.
func (w *Window) Hold(items Items, i int) {
	w.sel = i
	w.settle(items)
}

// Place goes to item i and puts it on a line, as near as that is possible.
func (w *Window) Place(items Items, i, line int) {
	w.sel, w.top = i, line
	w.settle(items)
}

// Select goes to item i and scrolls as little as shows it.
func (w *Window) Select(items Items, i int) {
	if items.Len() == 0 {
		*w = Window{Height: w.Height, Tail: w.Tail}
		return
	}
	i = min(max(0, i), items.Len()-1)
	switch {
	case i == w.sel+1:
		w.top += items.Height(w.sel)
	case i == w.sel-1:
		w.top -= items.Height(i)
	case i > w.sel:
		w.top = w.Height
	case i < w.sel:
		w.top = -items.Height(i)
	}
	w.sel = i
	w.show(items)
	w.settle(items)
}

// Begin goes to item i and puts it on the first line.
func (w *Window) Begin(items Items, i int) { w.Place(items, i, 0) }

// Move selects the next item (d > 0) or the one before. Within an item that is
// taller than the screen it scrolls first, so that none of it is skipped.
func (w *Window) Move(items Items, d int) {
	if items.Len() == 0 {
		return
	}
	h := items.Height(w.sel)
	step := max(1, w.Height/2)
	switch {
	case d > 0 && h > w.Height && w.top+h > w.Height:
		w.top -= min(step, w.top+h-w.Height)
	case d < 0 && h > w.Height && w.top < 0:
		w.top += min(step, -w.top)
	case d > 0 && w.sel < items.Len()-1:
		w.Select(items, w.sel+1)
	case d < 0 && w.sel > 0:
		w.Select(items, w.sel-1)
	}
	w.settle(items)
}

// Scroll moves the screen by n lines, down when n is positive. The selection
// stays on its item while that is on the screen, and else goes to the nearest
// that is.
func (w *Window) Scroll(items Items, n int) {
	if items.Len() == 0 {
		return
	}
	first, row := w.First(items)
	w.top -= n
	w.follow(items)
	w.settle(items)
	if i, r := w.First(items); i == first && r == row && n != 0 { // the end: there is nothing to scroll, so go there
		if n > 0 {
			w.Select(items, items.Len()-1)
		} else {
			w.Select(items, 0)
		}
		return
	}
	w.follow(items)
}

// follow selects an item whose first line is on the screen, unless the selected
// one fills it.
func (w *Window) follow(items Items) {
	for w.top < 0 && w.top+items.Height(w.sel) < w.Height && w.sel < items.Len()-1 {
		w.top += items.Height(w.sel)
		w.sel++
	}
	for w.top >= w.Height && w.sel > 0 {
		w.sel--
		w.top -= items.Height(w.sel)
	}
}

// First is the first visible item and the screen line on which it begins, which
// is 0 or negative. There must be items.
func (w *Window) First(items Items) (i, row int) {
	i, row = w.sel, w.top
	for row > 0 && i > 0 {
		i--
		row -= items.Height(i)
	}
	return i, row
}

// At is the item that covers a screen line, and whether there is one.
func (w *Window) At(items Items, line int) (int, bool) {
	if items.Len() == 0 || line < 0 || line >= w.Height {
		return 0, false
	}
	i, row := w.First(items)
	for ; i < items.Len() && row <= line; i++ {
		if row += items.Height(i); line < row {
			return i, true
		}
	}
	return 0, false
}

// tail is the lines after the last item that leave room for the item itself.
func (w *Window) tail() int { return max(0, min(w.Tail, w.Height-1)) }

// show moves the selected item onto the screen: all of it where it fits, else
// its beginning; the last with what follows it.
func (w *Window) show(items Items) {
	h, room := items.Height(w.sel), w.Height
	if w.sel == items.Len()-1 {
		room -= w.tail()
	}
	if h >= room {
		if w.top > 0 || w.top+h < room {
			w.top = min(0, max(w.top, room-h))
		}
		return
	}
	w.top = min(max(0, w.top), room-h)
}

// settle leaves no empty lines above the first item, and none below the last
// while there is something above to fill them.
func (w *Window) settle(items Items) {
	n := items.Len()
	if n == 0 {
		w.sel, w.top = 0, 0
		return
	}
	w.sel = min(max(0, w.sel), n-1)
	h := items.Height(w.sel)
	if w.top+h <= 0 || w.top >= w.Height { // out of sight, as after a resize
		w.show(items)
	}
	row := w.top
	i := w.sel
	for ; i < n && row < w.Height; i++ {
		row += items.Height(i)
	}
	if short := w.Height - w.tail() - row; i == n && short > 0 {
		w.top += short
	}
	if _, row := w.First(items); row > 0 {
		w.top -= row
	}
}
