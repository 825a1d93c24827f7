// Package scroll keeps a place in a long list of items of different heights.
//
// The place is one item, the selected one, and the screen line on which it
// begins. Everything else follows from it by walking over what is visible, so
// that the cost is the screen's and not the list's, and the total height is
// never known. The package draws nothing and knows no post.
package scroll
