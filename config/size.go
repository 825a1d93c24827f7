package config

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Size is a number of bytes as a person writes it: "2GB", "500 MB", "1.5GiB", "0".
type Size int64

// unit is what a size is counted in.
type unit struct {
	name  string
	bytes float64
}

// units lists the units, the greatest first; the steps of 1000 are those that Size
// is written with.
func units() []unit {
	return []unit{
		{"TB", 1e12},
		{"GB", 1e9},
		{"MB", 1e6},
		{"KB", 1e3},
		{"TIB", 1 << 40},
		{"GIB", 1 << 30},
		{"MIB", 1 << 20},
		{"KIB", 1 << 10},
		{"B", 1},
	}
}

// ParseSize reads a size, in bytes where no unit is named.
func ParseSize(s string) (Size, error) {
	number, scale := strings.ToUpper(strings.TrimSpace(s)), 1.0
	for _, u := range units() {
		if rest, ok := strings.CutSuffix(number, u.name); ok {
			number, scale = strings.TrimSpace(rest), u.bytes
			break
		}
	}
	n, err := strconv.ParseFloat(number, 64)
	if bytes := math.Round(n * scale); err == nil && bytes >= 0 && bytes < math.MaxInt64 {
		return Size(bytes), nil
	}
	return 0, fmt.Errorf("%q is no size such as 500MB or 2GB", s)
}

// String writes the size in the unit in which it is shortest read, to two decimals.
func (s Size) String() string {
	for _, u := range units()[:4] {
		if n := float64(s) / u.bytes; n >= 1 {
			return strconv.FormatFloat(math.Round(n*100)/100, 'f', -1, 64) + u.name
		}
	}
	return strconv.FormatInt(int64(s), 10) + "B"
}

// UnmarshalText reads what ParseSize does.
func (s *Size) UnmarshalText(b []byte) (err error) {
	*s, err = ParseSize(string(b))
	return err
}

// MarshalText writes what UnmarshalText reads; what String would round is written
// in bytes.
func (s Size) MarshalText() ([]byte, error) {
	text := s.String()
	if same, err := ParseSize(text); err != nil || same != s {
		text = strconv.FormatInt(int64(s), 10) + "B"
	}
	return []byte(text), nil
}
