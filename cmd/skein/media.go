package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"skein/backends/files"
	"skein/config"
	"skein/timeline"
	"skein/ui/gallery"
)

// shownDir is the folder in the cache with the picture that a viewer has open.
const shownDir = "shown"

// media is what becomes of media outside skein: the ui.Media of the full screen.
type media struct {
	app   *app
	files *files.Files
}

// Save implements ui.Media.
func (m media) Save(ctx context.Context, i gallery.Item) (string, error) {
	dir := m.app.config.Pictures.Folder()
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return "", fmt.Errorf("the folder for pictures: %w", err)
	}
	a := attached{i.Post, i.N, i.Media}
	var out *os.File
	err := m.files.Copy(ctx, i.Account, i.Media.URL, a.most(), func(kind string) (_ io.Writer, err error) {
		out, err = newFile(dir, path.Base(a.name(kind)))
		return out, err
	})
	if out == nil {
		return "", err
	}
	if err = errors.Join(err, out.Close()); err != nil {
		_ = os.Remove(out.Name()) // it is not whole
		return "", fmt.Errorf("saving: %w", err)
	}
	return out.Name(), nil
}

// newFile makes a file that was not there: of another name where there is one already.
func newFile(dir, name string) (*os.File, error) {
	const most = 1000
	suffix := path.Ext(name)
	stem, try := strings.TrimSuffix(name, suffix), name
	for n := 2; n < most; n++ {
		f, err := os.OpenFile(filepath.Join(dir, try), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // a name of our own in the folder that the person chose
		if !errors.Is(err, fs.ErrExist) {
			return f, err
		}
		try = fmt.Sprintf("%s-%d%s", stem, n, suffix)
	}
	return nil, timeline.Errorf(timeline.CodeRefused, "%s is full of files of that name", dir)
}

// View implements ui.Media. A viewer gets a file that is a picture by its bytes, with the
// name of such a one: by another name the system may start something else.
func (m media) View(ctx context.Context, i gallery.Item) error {
	const most = 16 << 20
	b, err := m.files.Fetch(ctx, i.Account, i.Media.URL, most)
	if err != nil {
		return err
	}
	suffix, ok := map[string]string{"image/jpeg": ".jpg", "image/png": ".png", "image/gif": ".gif", "image/webp": ".webp"}[http.DetectContentType(b)]
	if !ok {
		return timeline.Errorf(timeline.CodeRefused, "it is no picture of a kind that is handed on")
	}
	dir := filepath.Join(m.app.paths.Cache, shownDir)
	if err := config.MakePrivate(dir); err != nil {
		return err
	}
	name := filepath.Join(dir, fmt.Sprintf("%s-%d%s", i.Post.Short(), i.N, suffix))
	if err := os.WriteFile(name, b, 0o600); err != nil {
		return fmt.Errorf("a file for the viewer: %w", err)
	}
	program, args := opener(name)
	return m.app.start(ctx, program, args)
}

// Player implements ui.Media.
func (m media) Player() string {
	if words := strings.Fields(m.app.config.Pictures.Player); len(words) > 0 {
		return words[0]
	}
	return "the system's player"
}

// Play implements ui.Media. The address is one argument, and goes through no shell.
func (m media) Play(ctx context.Context, address string) error {
	program, args := opener(address)
	if words := strings.Fields(m.app.config.Pictures.Player); len(words) > 0 {
		program, args = words[0], append(slices.Clone(words[1:]), address)
	}
	return m.app.start(ctx, program, args)
}
