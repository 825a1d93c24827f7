// Package specimen makes posts that look like real ones, for benchmarks and tests:
// how long, in which languages and scripts, with what addresses, boosts, replies,
// pictures and previews people really post. Figures measured on them, such as bytes
// a post, do not flatter. The same seed gives the same posts on every machine.
//
// It knows the domain and the form of each network's names, and nothing of how they
// are read or kept.
package specimen
