// Package blossom is a media server for Nostr on loopback, for the demo and for
// tests: Blossom's uploads and downloads (BUD-01, BUD-02), or NIP-96's instead, with
// the signed authorisations that they ask for.
//
// It keeps files in memory by their hash. It knows no relay and nothing of skein.
package blossom
