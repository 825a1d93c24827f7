package main

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// report is what a run of the bench found.
type report struct {
	options options
	machine machine
	commit  string // of skein's source
	load    string // after the last run
	began   time.Time
	ended   time.Time
	parts   []part
}

// part is what one study found.
type part struct {
	study
	figures []figure
	err     error
}

// add keeps what a study found. In small everything is too quick to be judged.
func (r *report) add(s study, figures []figure, err error) {
	if r.options.quick {
		for i := range figures {
			figures[i].goal = goal{}
		}
	}
	r.parts = append(r.parts, part{s, figures, err})
}

// failure is why studies could not be measured; nil when all were.
func (r *report) failure() error {
	var errs []error
	for _, p := range r.parts {
		if p.err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", p.name, p.err))
		}
	}
	return errors.Join(errs...)
}

// markdown is the report as it is printed and written.
func (r *report) markdown() string {
	var b strings.Builder
	m := r.machine
	fmt.Fprintf(&b, "# What skein takes\n\n")
	fmt.Fprintf(&b, "Written by `cd e2e && go run ./bench%s` on %s, in %s.\n\n",
		r.options, r.began.UTC().Format("2006-01-02 15:04 MST"), r.ended.Sub(r.began).Round(time.Second))
	fmt.Fprintf(&b, "Machine: %s, %d cores, %s; %s; load before the first run %s, after the last %s.\nWith %s.\n\n",
		m.cpu, m.cores, m.ram, m.system, m.load, r.load, strings.Join(append([]string{"skein at " + r.commit}, m.versions...), ", "))
	b.WriteString("A figure is the median of its runs, with the quarter and three-quarter marks in brackets and how many runs there were.\n" +
		"Programs that are compared run in turn. × is how many times as much of the other skein takes.\n")
	if met, judged := r.goals(); judged > 0 {
		fmt.Fprintf(&b, "%d of %d goals are met.\n", met, judged)
	}
	for _, p := range r.parts {
		p.write(&b)
	}
	return b.String()
}

// goals counts those that are met.
func (r *report) goals() (met, judged int) {
	for _, p := range r.parts {
		for _, f := range p.figures {
			ok, counts := f.judge()
			if counts {
				judged++
			}
			if ok {
				met++
			}
		}
	}
	return met, judged
}

func (p *part) write(b *strings.Builder) {
	fmt.Fprintf(b, "\n## %s\n\n%s\n", p.title, p.method)
	if p.err != nil {
		fmt.Fprintf(b, "\nNot all of it could be measured: %s\n", strings.TrimSpace(p.err.Error()))
	}
	if len(p.figures) == 0 {
		return
	}
	b.WriteString("\n| what | skein | beside | × | goal | |\n|---|--:|--:|--:|---|---|\n")
	for _, f := range p.figures {
		fmt.Fprintf(b, "| %s | %s | %s | %s | %s | %s |\n",
			f.what, f.skein.text(f.unit), f.otherText(), ratioText(f.times()), f.goal.text, f.mark())
	}
}

func (f figure) mark() string {
	met, judged := f.judge()
	switch {
	case met:
		return "✓"
	case judged:
		return "✗"
	}
	return ""
}

func (f figure) otherText() string {
	switch {
	case f.beside == "":
		return ""
	case len(f.other) == 0:
		return f.beside + ": " + f.absent
	}
	return f.beside + ": " + f.other.text(f.unit)
}

func ratioText(x float64) string {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return ""
	}
	return number(x)
}

// text is the median with its spread.
func (s sample) text(unit string) string {
	switch len(s) {
	case 0:
		return "not measured"
	case 1:
		return number(s[0]) + " " + unit
	}
	return fmt.Sprintf("%s %s (%s–%s, n=%d)", number(s.median()), unit, number(s.quantile(0.25)), number(s.quantile(0.75)), len(s))
}

// number writes three digits that count, and separates thousands.
func number(x float64) string {
	decimals := 2
	if size := math.Abs(x); size >= 100 {
		decimals = 0
	} else if size >= 10 {
		decimals = 1
	}
	text := strconv.FormatFloat(x, 'f', decimals, 64)
	if decimals > 0 {
		return text
	}
	for at := len(text) - 3; at > 0 && text[at-1] != '-'; at -= 3 {
		text = text[:at] + "," + text[at:]
	}
	return text
}

// String are the flags that say what was measured.
func (o options) String() string {
	var flags string
	for _, f := range []struct {
		set  bool
		name string
	}{{o.quick, " -quick"}, {o.peers, " -peers"}, {o.real, " -real"}} {
		if f.set {
			flags += f.name
		}
	}
	if o.posts != defaultPosts && !o.quick {
		flags += " -posts " + strconv.Itoa(o.posts)
	}
	if o.only != "" {
		flags += " -only '" + o.only + "'"
	}
	return flags
}
