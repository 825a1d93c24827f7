package timeline_test

import (
	"testing"

	"skein/timeline"
)

func TestSizeIsSaidAgainstTheLimitThatDecides(t *testing.T) {
	both := timeline.Limits{Characters: 300, Bytes: 3000, Unit: "graphemes"}
	for name, c := range map[string]struct {
		size     timeline.Size
		limits   timeline.Limits
		n, limit int
		unit     string
		fits     bool
	}{
		"within both":        {timeline.Size{Characters: 300, Bytes: 3000}, both, 300, 300, "graphemes", true},
		"too many graphemes": {timeline.Size{Characters: 301, Bytes: 301}, both, 301, 300, "graphemes", false},
		"too many bytes":     {timeline.Size{Characters: 150, Bytes: 3001}, both, 3001, 3000, "bytes", false},
		"too many of both":   {timeline.Size{Characters: 301, Bytes: 3001}, both, 301, 300, "graphemes", false},
		"no limit of bytes":  {timeline.Size{Characters: 9, Bytes: 90}, timeline.Limits{Characters: 500}, 9, 500, "characters", true},
		"bytes alone":        {timeline.Size{Characters: 9, Bytes: 90}, timeline.Limits{Bytes: 64, Unit: "bytes"}, 90, 64, "bytes", false},
		"no limit":           {timeline.Size{Characters: 9, Bytes: 90}, timeline.Limits{}, 90, 0, "bytes", true},
	} {
		n, limit, unit := c.size.Against(c.limits)
		if n != c.n || limit != c.limit || unit != c.unit || c.size.Fits(c.limits) != c.fits {
			t.Errorf("%s: %d of %d %s, fits: %t", name, n, limit, unit, c.size.Fits(c.limits))
		}
	}
}
