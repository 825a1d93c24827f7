package timeline

import (
	"context"
	"sync"
)

// Inquiry is what one account's network found, or why it found nothing.
type Inquiry struct {
	Account Account
	Findings
	Err *Error // CodeUnsupported where it cannot be sought there
}

// Inquire searches all networks at once, each as its account. The answers stand in the
// order of the backends; one that fails holds up no other. From are the cursors of an
// earlier answer, by account: whose has none is not asked again. A nil from asks all.
func Inquire(ctx context.Context, all []Backend, s Sought, question string, from map[AccountID]Cursor, limit int) []Inquiry {
	var asked []Backend
	for _, b := range all {
		if from == nil || from[b.Account().ID] != "" {
			asked = append(asked, b)
		}
	}
	answers := make([]Inquiry, len(asked))
	var wg sync.WaitGroup
	for i, b := range asked {
		wg.Go(func() {
			acct := b.Account()
			answers[i].Account = acct
			searcher, ok := As[Searcher](b)
			if !ok {
				answers[i].Err = Errorf(CodeUnsupported, "%s cannot be searched", acct.Network)
				return
			}
			found, err := searcher.Search(ctx, s, question, Page{Before: from[acct.ID], Limit: limit})
			answers[i].Findings, answers[i].Err = found, AsError(err)
		})
	}
	wg.Wait()
	return answers
}

// FoundPosts are the posts of all answers, the newest first, each once.
func FoundPosts(answers []Inquiry) []*Post {
	var all []*Post
	for _, a := range answers {
		all = append(all, a.Posts...)
	}
	merged := Merge(all)
	for i, j := 0, len(merged)-1; i < j; i, j = i+1, j-1 {
		merged[i], merged[j] = merged[j], merged[i]
	}
	return merged
}

// FoundPerson is somebody who was found, and the account whose network found them first.
type FoundPerson struct {
	*Profile

	By Account
}

// FoundPeople are the people of all answers, each once, one of each answer in turn: no
// network's order says how well somebody of another fits.
func FoundPeople(answers []Inquiry) []FoundPerson {
	type who struct {
		network Network
		id      string
	}
	var people []FoundPerson
	met := map[who]bool{}
	for i, left := 0, true; left; i++ {
		left = false
		for _, a := range answers {
			if i >= len(a.People) {
				continue
			}
			left = true
			p := a.People[i]
			if k := (who{p.Network, p.ID}); !met[k] {
				met[k] = true
				people = append(people, FoundPerson{p, a.Account})
			}
		}
	}
	return people
}
