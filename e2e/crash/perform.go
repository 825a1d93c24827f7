package main

import (
	"context"
	"fmt"

	"skein/e2e/crash/history"
)

// perform runs a step's command until it gets through, or nobody repeats it.
func (s *scene) perform(ctx context.Context, st *step) error {
	args, ok := s.arguments(st)
	if !ok {
		s.asked[st].Kind = "" // there is nothing to delete
		return nil
	}
	stdin := ""
	if st.kind == history.KindPost {
		stdin = st.text()
	}
	for i := 0; ; i++ {
		var k *kill
		if i < len(st.kills) {
			k = &st.kills[i]
		}
		e, err := s.skein(ctx, k, stdin, args...)
		if err != nil {
			return err
		}
		s.heard(st, e)
		if !e.killed || i == len(st.kills)-1 && st.abandon {
			return nil
		}
	}
}

// arguments are those of a step's command; there is none for the delete of a post
// that is not known to be there.
func (s *scene) arguments(st *step) ([]string, bool) {
	wait := "--wait=" + patience
	if st.noWait {
		wait = "--no-wait"
	}
	how := []string{"--json", "--key", st.key, wait}
	switch {
	case st.kind == history.KindPost && st.form == reply:
		return append([]string{"reply", s.subjects[st].Ref}, how...), true
	case st.kind == history.KindPost && st.form == split:
		return append([]string{"post", "--to", "all", "--split"}, how...), true
	case st.kind == history.KindPost:
		return append([]string{"post", "--to", "all"}, how...), true
	case st.kind == history.KindDelete:
		s.mu.Lock()
		id := s.posted[st.before][st.network]
		s.mu.Unlock()
		s.asked[st].On = id
		return append([]string{"delete", id, "--only", "--yes"}, how...), id != ""
	}
	return append([]string{st.kind, s.subjects[st].Ref}, how...), true
}

// heard notes what a command promised.
func (s *scene) heard(st *step, e ended) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e.killed {
		return
	}
	receipts := e.receipts()
	promise := history.Nothing
	switch {
	case len(receipts) == 0:
		if st.kind == history.KindPost && st.form != reply { // the others have to read a post first, and cannot always
			s.out.broken = append(s.out.broken, fmt.Sprintf("skein post ended with %d: %s", e.code, e.stderr))
		}
	case e.code == exitSent && !st.noWait:
		promise = history.Done
	default:
		promise = history.Kept
	}
	s.asked[st].Promise = max(s.asked[st].Promise, promise)
	for _, d := range receipts {
		if d.State == history.Sent && len(d.Posts) > 0 {
			if s.posted[st] == nil {
				s.posted[st] = map[string]string{}
			}
			s.posted[st][d.Network] = d.Posts[0]
		}
	}
}
