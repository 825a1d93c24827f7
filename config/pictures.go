package config

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/adrg/xdg"
)

// Pictures holds how the pictures of posts are shown, and what becomes of media.
type Pictures struct {
	// Show is one of PictureWays.
	Show    string `toml:"show" comment:"auto (as the terminal can), kitty, blocks or off"`
	MaxRows int    `toml:"max_rows" comment:"the most lines of a picture in a timeline"`
	SaveTo  string `toml:"save_to" comment:"the folder in which pictures are saved; empty: that of your downloads"`
	Player  string `toml:"player" comment:"the program for videos and sounds, such as \"mpv\"; empty: the system's own"`
}

// The bounds of pictures.max_rows.
const (
	minRows = 1
	maxRows = 100
)

// PictureWays lists the values of "pictures.show".
func PictureWays() []string { return []string{"auto", "kitty", "blocks", "off"} }

func (p Pictures) check() error {
	if !slices.Contains(PictureWays(), p.Show) {
		return fmt.Errorf("pictures.show = %q: one of %s", p.Show, strings.Join(PictureWays(), ", "))
	}
	if p.MaxRows < minRows || p.MaxRows > maxRows {
		return fmt.Errorf("pictures.max_rows = %d: from %d to %d; show = \"off\" shows none", p.MaxRows, minRows, maxRows)
	}
	if p.SaveTo != "" && !filepath.IsAbs(p.folder()) {
		return fmt.Errorf("pictures.save_to = %q: a whole path, or one that begins with ~/", p.SaveTo)
	}
	return nil
}

// Folder is where pictures are saved: an absolute path.
func (p Pictures) Folder() string {
	if p.SaveTo == "" {
		return xdg.UserDirs.Download
	}
	return p.folder()
}

func (p Pictures) folder() string {
	if rest, ok := strings.CutPrefix(p.SaveTo, "~/"); ok {
		return filepath.Join(xdg.Home, rest)
	}
	return filepath.Clean(p.SaveTo)
}
