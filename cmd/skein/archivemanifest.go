package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"skein/config/account"
	"skein/timeline"
)

const manifestName = "manifest.json"

// manifest is manifest.json: what is in an archive. It is there from the beginning, so
// that an archive which was interrupted is known for one. It is safe for concurrent
// use.
type manifest struct {
	mu sync.Mutex

	Type     string              `json:"type"` // "archive"
	Skein    string              `json:"skein"`
	Account  archivedAccount     `json:"account"`
	Started  *stamp              `json:"started_at"`
	Finished *stamp              `json:"finished_at,omitempty"`
	Complete bool                `json:"complete"` // it came to its end, and nothing is missing
	Files    map[string]archived `json:"files"`    // by their names, with / between folders
	Missing  []missingPart       `json:"missing"`  // what could not be had
	None     []missingPart       `json:"none"`     // what the network does not have
}

type archivedAccount struct {
	ID      string           `json:"id"`
	Name    string           `json:"name"`
	Network timeline.Network `json:"network"`
	Handle  string           `json:"handle"`
	Server  string           `json:"server,omitempty"`
}

// archived is one file.
type archived struct {
	What   string        `json:"what"`
	Bytes  int64         `json:"bytes"`
	SHA256 string        `json:"sha256"`
	Count  *int          `json:"count,omitempty"` // of the things in it
	URL    string        `json:"url,omitempty"`   // where a media file came from
	Post   string        `json:"post,omitempty"`  // and which post it is of
	Alt    timeline.Safe `json:"alt,omitzero"`
}

type missingPart struct {
	What timeline.Safe `json:"what"`
	Why  timeline.Safe `json:"why"`
}

// readManifest reads the manifest of a folder; nil where it has none.
func readManifest(dir string) (*manifest, error) {
	path := filepath.Join(dir, manifestName)
	b, err := os.ReadFile(path) //nolint:gosec // the person has named the folder
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil //nolint:nilnil // it is no failure that there is none
	}
	m := &manifest{}
	if err == nil {
		err = json.Unmarshal(b, m)
	}
	if err != nil || m.Type != "archive" {
		return nil, refusef("%s is no manifest of skein's; take another folder", path)
	}
	if m.Files == nil {
		m.Files = map[string]archived{}
	}
	return m, nil
}

// start begins a run.
func (m *manifest) start(of account.Record, now time.Time) {
	m.Type, m.Skein, m.Complete, m.Finished = "archive", version, false, nil
	m.Account = archivedAccount{of.ID, of.Name, timeline.Network(of.Network), of.Handle, of.Server}
	m.Started, m.Missing, m.None = stampOf(now), []missingPart{}, []missingPart{}
}

func (m *manifest) finish(now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.Finished, m.Complete = stampOf(now), len(m.Missing) == 0
}

func (m *manifest) enter(name string, f archived) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.Files[name] = f
}

func (m *manifest) lacks(what string, why timeline.Safe) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.Missing = append(m.Missing, missingPart{timeline.CleanLine(what), why.Line()})
}

func (m *manifest) none(what string, why timeline.Safe) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.None = append(m.None, missingPart{timeline.CleanLine(what), why.Line()})
}

// leave gives up a name under which nothing was written.
func (m *manifest) leave(name string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.Files[name].SHA256 == "" {
		delete(m.Files, name)
	}
}

// fileOf is the file of a media address, and its name.
func (m *manifest) fileOf(url string) (name string, f archived, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, name := range slices.Sorted(maps.Keys(m.Files)) {
		if f := m.Files[name]; f.URL == url {
			return name, f, true
		}
	}
	return "", archived{}, false
}

// note writes the manifest as it is now.
func (r *archiving) note() error {
	out, err := createWhole(filepath.Join(r.dir, manifestName), true)
	if err != nil {
		return err
	}
	defer out.drop()
	m := r.manifest
	m.mu.Lock()
	e := json.NewEncoder(out)
	e.SetIndent("", "  ")
	err = e.Encode(m)
	m.mu.Unlock()
	if err != nil {
		return fmt.Errorf("writing %s: %w", out.path, err)
	}
	return out.keep()
}

// tell says what the archive has become; it is the command's end.
func (r *archiving) tell() error {
	m := r.manifest
	const most = 50
	for i, l := range m.Missing {
		message := "missing: " + l.What.String() + ": " + l.Why.String()
		if i == most {
			message = fmt.Sprintf("and %d more are missing; %s lists them", len(m.Missing)-most, manifestName)
		}
		r.report(failure{Code: timeline.CodeNotFound, Account: r.record.Name, Network: timeline.Network(r.record.Network), Message: message})
		if i == most {
			break
		}
	}
	var err error
	if r.flags.json {
		err = json.NewEncoder(r.out).Encode(struct {
			Type     string `json:"type"` // "archive"
			Folder   string `json:"folder"`
			Account  string `json:"account"`
			Files    int    `json:"files"`
			Missing  int    `json:"missing"`
			Complete bool   `json:"complete"`
		}{"archive", r.dir, r.record.Name, len(m.Files), len(m.Missing), m.Complete})
	} else {
		_, err = fmt.Fprintf(r.out, "%s: %s of %s\n", timeline.CleanLine(r.dir), count(len(m.Files), "file"), r.record.Name)
	}
	if err == nil && len(m.Missing) > 0 {
		return silent(exitSome)
	}
	return err
}

// sum counts and sums what is written through it.
type sum struct {
	w    io.Writer
	hash hash.Hash
	n    int64
}

func newSum(w io.Writer) *sum { return &sum{w: w, hash: sha256.New()} }

// Write implements io.Writer.
func (s *sum) Write(b []byte) (int, error) {
	n, err := s.w.Write(b)
	s.hash.Write(b[:n])
	s.n += int64(n)
	return n, err
}

func (s *sum) archived() archived {
	return archived{Bytes: s.n, SHA256: hex.EncodeToString(s.hash.Sum(nil))}
}

// same tells whether a file of the folder is there as it was written.
func (r *archiving) same(name string, f archived) bool {
	in, err := os.Open(filepath.Join(r.dir, filepath.FromSlash(name)))
	if err != nil {
		return false
	}
	defer in.Close() //nolint:errcheck // only read from
	s := newSum(io.Discard)
	if _, err := io.Copy(s, in); err != nil {
		return false
	}
	now := s.archived()
	return now.Bytes == f.Bytes && now.SHA256 == f.SHA256
}
