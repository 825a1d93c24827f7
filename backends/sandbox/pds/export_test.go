package pds

import "maps"

// Records are all that is stored, by at:// URI, for the contract tests.
func (s *Server) Records() map[string]map[string]any {
	s.mu.RLock()
	defer s.mu.RUnlock()
	out := map[string]map[string]any{}
	for uri, r := range s.records {
		out[uri] = maps.Clone(r.value)
	}
	return out
}
