package timeline_test

import (
	"testing"

	"skein/timeline"
	"skein/timeline/cachetest"
)

func TestMemoryIsACache(t *testing.T) {
	cachetest.Run(t, func(*testing.T) timeline.Cache { return timeline.NewMemory() })
}

func TestMemoryMarksAreMarks(t *testing.T) {
	cachetest.RunMarks(t, func(*testing.T) timeline.Marks { return timeline.NewMemoryMarks() })
}
