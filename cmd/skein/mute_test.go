package main

import (
	"path/filepath"
	"testing"
)

// TestMutingScripts runs the scripts that mute. They have a sandbox to themselves: what
// one has boosted is never hidden, and other scripts boost.
func TestMutingScripts(t *testing.T) { runScripts(t, filepath.Join("testdata", "mute")) }
