// Package theme holds how skein looks: one style a role, one sign a meaning.
//
// Styles colour only the text. The terminal keeps its own background and, for
// what is read, its own foreground; what the terminal cannot show in full colour
// the renderer brings down. The package knows no post and no screen.
package theme
