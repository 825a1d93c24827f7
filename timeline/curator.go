package timeline

import (
	"context"
	"strings"
	"unicode/utf8"
)

// Curator reads the lists of people that an account keeps to read their posts together,
// as FeedList names them. What is changed of them is an intent: DoList, DoEnlist.
type Curator interface {
	// PeopleLists are the account's lists, in the network's order. Of somebody named by
	// Author.ID it tells, too, which of them hold that person; "" asks for nobody.
	PeopleLists(ctx context.Context, who string) ([]PeopleList, error)
	// Enlisted reads a page of who is in a list, by its ID; of Page only Before and Limit
	// count. CodeNotFound says that there is no such list.
	Enlisted(ctx context.Context, id string, p Page) (Listing, error)
}

// PeopleList is a list of people.
type PeopleList struct {
	ID    string // the network's own name for it; what Intent.List holds
	Title Safe
	Holds bool // the person who was asked about is in it
}

// FindPeopleList is the list of a name: its ID, or its title whatever the case. It fails
// with CodeNotFound, and with CodeUsage where several are called so.
func FindPeopleList(all []PeopleList, name string) (PeopleList, error) {
	var called []PeopleList
	for _, l := range all {
		if l.ID == name {
			return l, nil
		}
		if strings.EqualFold(l.Title.String(), CleanLine(name).String()) {
			called = append(called, l)
		}
	}
	switch len(called) {
	case 1:
		return called[0], nil
	case 0:
		return PeopleList{}, Errorf(CodeNotFound, "there is no list %s", CleanLine(name))
	}
	return PeopleList{}, Errorf(CodeUsage, "%d lists are called %s: name the one by its id, %s", len(called), CleanLine(name), CleanLine(called[0].ID))
}

// MaxListTitle is how many characters the name of a list has at most. Bluesky takes as
// many bytes.
const MaxListTitle = 64

// CheckListTitle returns the title of a list as it is written, or says with CodeUsage
// why it cannot be one.
func CheckListTitle(title string) (string, error) {
	title = strings.TrimSpace(CleanLine(title).String())
	switch n := utf8.RuneCountInString(title); {
	case n == 0:
		return "", Errorf(CodeUsage, "a list needs a name")
	case n > MaxListTitle:
		return "", Errorf(CodeUsage, "the name of a list has at most %d characters, and this has %d", MaxListTitle, n)
	}
	return title, nil
}
