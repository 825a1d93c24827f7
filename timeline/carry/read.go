package carry

import (
	"bytes"
	"io"
	"strings"

	"skein/timeline"
)

// File is a list that was read.
type File struct {
	Kind Kind // "" where neither the file nor its name tell
	Form Form
	// Header is the line of a CSV file that names its columns, "" where there is none.
	Header string
	Items  []Item
	Faults []Fault // lines that were not understood
}

// Item is an entry of a list.
type Item struct {
	Line int
	Raw  string // the line as it stands in the file
	// Address is what the person or post is called: an address, a handle or an id.
	Address timeline.Safe
	// Network and ID say who or what it is, where the file does: Author.ID or ID.Local.
	Network timeline.Network
	ID      string
	Person  timeline.Person // an entry of an address book
}

// Fault is a line that was not understood.
type Fault struct {
	Line int
	Raw  string
	Why  timeline.Safe
}

// Read reads a whole list and finds out what it is: by as, where that is not empty,
// else by what is in it, else by name, the file's own. It fails where the file cannot
// be read, is over the bounds, or is none of the forms; a line that is not understood
// is a Fault. A kind that is Cache, which may be of any size, is not read by it: see
// Recognise.
func Read(r io.Reader, name string, as Kind) (File, error) {
	var f File
	for line, err := range Lines(r) {
		if err != nil {
			return f, err
		}
		if f.Form == "" {
			f.Form, f.Kind = Recognise(line.Raw, name, as)
			if f.Form == CSV && isHeader(line.Raw) {
				f.Header = string(line.Raw)
				continue
			}
		}
		if len(f.Items)+len(f.Faults) == MaxItems {
			return f, timeline.Errorf(timeline.CodeTooLarge, "the file has more than %d entries", MaxItems)
		}
		item, why := f.item(line)
		item.Line, item.Raw = line.Number, string(line.Raw)
		if why != "" {
			f.Faults = append(f.Faults, Fault{Line: item.Line, Raw: item.Raw, Why: timeline.CleanLine(why)})
			continue
		}
		f.Items = append(f.Items, item)
	}
	return f, nil
}

// Recognise tells from its first line what a file is. The kind is "" where neither
// that, nor name, nor as tells.
func Recognise(first []byte, name string, as Kind) (Form, Kind) {
	form, kind := CSV, Kind("")
	if bytes.HasPrefix(bytes.TrimSpace(first), []byte("{")) {
		form, kind = NDJSON, kindOfObject(first, name)
	} else {
		kind = kindOfTable(first, name)
	}
	if as != "" {
		kind = as
	}
	return form, kind
}

func (f *File) item(line Line) (Item, string) {
	if f.Form == NDJSON {
		return itemOfObject(line.Raw, f.Kind)
	}
	return itemOfRecord(line.Raw, f.Kind)
}

// longest is the most bytes that an address or a name has.
const longest = 2048

// named makes the address of an entry; why says that it cannot be one.
func named(s string) (address timeline.Safe, why string) {
	s = strings.TrimSpace(s)
	address = timeline.CleanLine(s)
	switch {
	case s == "":
		return address, "it names nobody"
	case len(s) > longest:
		return timeline.Safe{}, "the address is too long"
	case address.String() != s || strings.ContainsAny(s, " \t"):
		return timeline.Safe{}, "the address holds what no address may"
	}
	return address, ""
}
