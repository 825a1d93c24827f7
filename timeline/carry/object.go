package carry

import (
	"encoding/json"
	"path"
	"slices"
	"strings"

	"skein/timeline"
)

// object is what is read of a line of NDJSON: enough to know whom or what it names.
type object struct {
	Type    string            `json:"type"`
	List    Kind              `json:"list"`
	Network timeline.Network  `json:"network"`
	ID      string            `json:"id"`
	Handle  string            `json:"handle"`
	URL     string            `json:"url"`
	Name    string            `json:"name"`
	Handles []timeline.Handle `json:"handles"`
}

// The types of objects that can be read.
const (
	typePost    = "post"
	typeProfile = "profile"
	typePerson  = "person"
)

// kindOfObject is what the first line of an NDJSON file says that it is. Posts of no
// list are taken for what was read.
func kindOfObject(first []byte, name string) Kind {
	var o object
	if json.Unmarshal(first, &o) != nil {
		return hint(name)
	}
	switch {
	case slices.Contains(Kinds(), o.List):
		return o.List
	case o.Type == typePerson:
		return People
	case o.Type == typePost && hint(name) != Bookmarks:
		return Cache
	}
	return hint(name)
}

// itemOfObject reads a line of an NDJSON file.
func itemOfObject(line []byte, k Kind) (it Item, why string) {
	var o object
	if err := json.Unmarshal(line, &o); err != nil {
		return it, "it is no JSON object of skein's: " + err.Error()
	}
	wanted := typeProfile
	switch k {
	case People:
		wanted = typePerson
	case Bookmarks, Likes, Posts, Cache:
		wanted = typePost
	}
	switch {
	case o.Type != wanted:
		return it, "its type is " + quoted(o.Type) + ", not " + quoted(wanted)
	case o.Type == typePerson:
		return o.entry()
	case !slices.Contains(timeline.Networks(), o.Network):
		return it, "there is no network " + quoted(string(o.Network))
	}
	id, why := named(o.ID)
	if why != "" {
		return it, "its id: " + why
	}
	it.Network, it.ID, it.Address = o.Network, id.String(), id
	if handle, why := named(o.Handle); why == "" && o.Type == typeProfile && !strings.Contains(o.Handle, "…") {
		it.Address = handle
	}
	return it, ""
}

// entry is an entry of an address book.
func (o object) entry() (it Item, why string) {
	name := timeline.CleanLine(o.Name)
	if name.Empty() || name.String() != o.Name || len(o.Name) > longest {
		return it, "its name is none"
	}
	it.Address, it.Person.Name = name, o.Name
	for _, h := range o.Handles {
		if !slices.Contains(timeline.Networks(), h.Network) {
			return it, "there is no network " + quoted(string(h.Network))
		}
		for _, s := range []string{h.Handle, h.ID, h.URL} {
			if timeline.CleanLine(s).String() != s || len(s) > longest {
				return it, "a handle holds what none may"
			}
		}
		if h.Handle == "" {
			return it, "a handle is empty"
		}
		it.Person.Handles = append(it.Person.Handles, h)
	}
	return it, ""
}

// quoted is a word of the file as it is told.
func quoted(s string) string {
	const most = 40
	if len(s) > most {
		s = s[:most] + "…"
	}
	return `"` + timeline.CleanLine(s).String() + `"`
}

// PersonAddress is what a person is called in a CSV file: user@host, a domain, npub1…,
// or the id where the handle would not be understood without the network.
func PersonAddress(p *timeline.Profile) timeline.Safe {
	handle := strings.TrimPrefix(p.Handle.Line().String(), "@")
	code := path.Base(p.URL.String())
	switch {
	case strings.Contains(p.ID, "@"):
		return timeline.CleanLine(p.ID)
	case isCode(code, "npub1"):
		return timeline.CleanLine(code)
	case handle == "", strings.ContainsAny(handle, "@…"), strings.HasSuffix(handle, ".invalid"): // the last: nobody vouches for it
		return timeline.CleanLine(p.ID)
	}
	return timeline.CleanLine(handle)
}

// PostAddress is what a post is called in a CSV file: its id, which is the same for
// everybody.
func PostAddress(p *timeline.Post) timeline.Safe { return timeline.CleanLine(p.Content().ID.Local) }
