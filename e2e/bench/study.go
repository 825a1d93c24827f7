package main

import (
	"context"
	"math"
	"slices"
)

// A study measures figures that belong together.
type study struct {
	name   string // what -only matches
	title  string
	method string // how, in two lines
	run    func(ctx context.Context, b *bench) ([]figure, error)
}

// sample is what the runs of one measurement gave, in the figure's unit.
type sample []float64

// quantile is the value that a share of q of the runs does not exceed, the nearest
// one measured. It is NaN when there is none.
func (s sample) quantile(q float64) float64 {
	if len(s) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(s))
	return sorted[max(0, int(math.Ceil(q*float64(len(sorted))))-1)]
}

func (s sample) median() float64 { return s.quantile(0.5) }

// figure is one line of the table: what skein takes, and what something else takes
// for the same.
type figure struct {
	what  string
	unit  string
	skein sample
	// beside names a floor or a peer; "" where there is none to name.
	beside string
	other  sample
	absent string // why other is empty
	goal   goal
}

// goal is what a figure has to reach. The zero goal is none.
type goal struct {
	text  string
	bound float64
	least bool // bound is the least, not the most
	times bool // bound is in times of other
}

// atMost is a goal in the figure's unit.
func atMost(bound float64, text string) goal { return goal{text: text, bound: bound} }

// atLeast is a goal in the figure's unit.
func atLeast(bound float64, text string) goal { return goal{text: text, bound: bound, least: true} }

// share is a goal in parts of what the other takes.
func share(bound float64, text string) goal { return goal{text: text, bound: bound, times: true} }

// times is how many times as much as the other skein takes; NaN without another.
func (f figure) times() float64 { return f.skein.median() / f.other.median() }

// judge tells whether the goal is met. There is none to judge without a goal, and
// none without what it refers to.
func (f figure) judge() (met, judged bool) {
	value := f.skein.median()
	if f.goal.times {
		value = f.times()
	}
	if f.goal.text == "" || math.IsNaN(value) || math.IsNaN(f.goal.bound) {
		return false, false
	}
	if f.goal.least {
		return value >= f.goal.bound, true
	}
	return value <= f.goal.bound, true
}
