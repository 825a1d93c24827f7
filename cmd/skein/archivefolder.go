package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"

	"skein/timeline"
)

// begin makes the folder, or takes up the archive that is in it.
func (r *archiving) begin() (err error) {
	if err := os.MkdirAll(r.dir, 0o700); err != nil {
		return timeline.Errorf(timeline.CodeRefused, "making %s: %w", r.dir, err)
	}
	if r.manifest, err = readManifest(r.dir); err != nil {
		return err
	}
	if r.manifest == nil {
		if err := r.unused(); err != nil {
			return err
		}
		r.manifest = &manifest{Files: map[string]archived{}}
	} else if of := r.manifest.Account; of.ID != r.record.ID && of.Handle != r.record.Handle {
		return refusef("%s is an archive of %s; take another folder", r.dir, timeline.CleanLine(of.Handle))
	}
	r.manifest.start(r.record, r.now())
	if err := r.note(); err != nil { // from now on it is known for an archive
		return err
	}
	if err := os.MkdirAll(filepath.Join(r.dir, mediaDir), 0o700); err != nil {
		return timeline.Errorf(timeline.CodeRefused, "making %s: %w", r.dir, err)
	}
	return r.sweep()
}

// unused refuses a folder with something in it.
func (r *archiving) unused() error {
	entries, err := os.ReadDir(r.dir)
	if err != nil {
		return timeline.Errorf(timeline.CodeRefused, "reading %s: %w", r.dir, err)
	}
	for _, e := range entries {
		if !partial(e.Name()) {
			return refusef("%s holds something that is no archive of skein's; take another folder", r.dir)
		}
	}
	return nil
}

// partial tells of files that were begun and never became whole.
func partial(name string) bool {
	return strings.HasPrefix(name, ".") && strings.HasSuffix(name, ".part")
}

// sweep removes what an earlier run had begun when it was ended.
func (r *archiving) sweep() error {
	for _, dir := range []string{r.dir, filepath.Join(r.dir, mediaDir)} {
		entries, err := os.ReadDir(dir)
		if err != nil {
			return timeline.Errorf(timeline.CodeRefused, "reading %s: %w", dir, err)
		}
		for _, e := range entries {
			if partial(e.Name()) {
				_ = os.Remove(filepath.Join(dir, e.Name())) // it disturbs nobody
			}
		}
	}
	return nil
}

// file writes a file of the archive; count is how many things are in it, nil where that
// says nothing.
func (r *archiving) file(name, what string, count *int, do func(io.Writer) error) error {
	_, err := r.write(name, do, func(f archived) archived {
		f.What, f.Count = what, count
		return f
	})
	return err
}

// write writes a file and enters it in the manifest. A file that is there is replaced
// only by one that is whole.
func (r *archiving) write(name string, do func(io.Writer) error, describe func(archived) archived) (archived, error) {
	out, err := createWhole(filepath.Join(r.dir, filepath.FromSlash(name)), true)
	if err != nil {
		return archived{}, err
	}
	defer out.drop()
	sum := newSum(out)
	if err := do(sum); err != nil {
		return archived{}, err
	}
	if err := out.keep(); err != nil {
		return archived{}, err
	}
	f := describe(sum.archived())
	r.manifest.enter(name, f)
	return f, nil
}
