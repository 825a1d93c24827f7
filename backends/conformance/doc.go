// Package conformance is the one suite that every backend passes, on the
// sandbox's servers and on real ones: what timeline.Backend promises, turned into
// assertions.
//
// It knows the domain and no network. What differs between networks comes in with
// the Setup, and what a backend can do is found with timeline.As, as everywhere;
// which abilities a network's backends must have is in one table (abilities.go), so
// that one which gets lost is not passed over in silence.
package conformance
