package compose

import (
	"os"
	"path/filepath"
	"strings"
)

// Home is a path with the person's home folder in place of a ~ at its beginning.
func Home(path string) string {
	rest, ok := strings.CutPrefix(path, "~")
	if !ok || rest != "" && rest[0] != filepath.Separator {
		return path
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return path
	}
	return home + rest
}

// Paths lists the files and folders whose path begins with prefix, sorted; folders
// end in a separator, and hidden ones are asked for by their dot. It reads a folder
// and is not for the path of the keys.
func Paths(prefix string) []string {
	const most = 200
	folder, name := filepath.Split(prefix)
	look := Home(folder)
	if look == "" {
		look = "."
	}
	entries, err := os.ReadDir(look)
	if err != nil {
		return nil
	}
	var out []string
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), name) || name == "" && strings.HasPrefix(e.Name(), ".") {
			continue
		}
		path := folder + e.Name()
		if info, err := os.Stat(filepath.Join(look, e.Name())); err == nil && info.IsDir() {
			path += string(filepath.Separator)
		}
		if out = append(out, path); len(out) == most {
			break
		}
	}
	return out
}
