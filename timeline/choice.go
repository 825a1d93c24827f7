package timeline

import (
	"context"
	"slices"
	"strings"
	"sync"
)

// FeedChoice is a feed that some accounts can choose.
type FeedChoice struct {
	FeedInfo
	Accounts []Account // which, in the order in which they were given
}

// FeedFailure is an account that could not say all that there is.
type FeedFailure struct {
	Account Account
	Err     *Error
}

// ListFeeds asks accounts, all at once, what feeds there are to choose from, and makes
// one list of the answers: shelves and servers' timelines first, then lists, tags,
// custom feeds and relays. The title is the first account's. An account that fails takes
// nothing away from the others'.
func ListFeeds(ctx context.Context, open Opener, accounts ...Account) ([]FeedChoice, []FeedFailure) {
	answers := make([][]FeedInfo, len(accounts))
	errs := make([]error, len(accounts))
	var wg sync.WaitGroup
	for i, a := range accounts {
		wg.Go(func() { answers[i], errs[i] = feedsOf(ctx, open, a) })
	}
	wg.Wait()
	var out []FeedChoice
	var failed []FeedFailure
	for i, a := range accounts {
		if errs[i] != nil {
			failed = append(failed, FeedFailure{a, AsError(errs[i])})
		}
		for _, info := range answers[i] {
			at := slices.IndexFunc(out, func(c FeedChoice) bool { return sameFeed(c.Name, info.Name) })
			if at < 0 {
				at, out = len(out), append(out, FeedChoice{FeedInfo: info})
			}
			out[at].Accounts = append(out[at].Accounts, a)
		}
	}
	slices.SortStableFunc(out, func(x, y FeedChoice) int { return rankFeed(x.Name) - rankFeed(y.Name) })
	return out, failed
}

func feedsOf(ctx context.Context, open Opener, a Account) ([]FeedInfo, error) {
	b, err := open(ctx, a.ID)
	if err != nil {
		return nil, err
	}
	f, ok := As[Feeder](b)
	if !ok {
		return nil, nil
	}
	return f.Feeds(ctx)
}

// sameFeed tells whether two names read the same: a list's title is not told by case.
func sameFeed(a, b FeedName) bool {
	return a == b || a.Kind() == FeedList && strings.EqualFold(string(a), string(b))
}

func rankFeed(n FeedName) int {
	switch n.Kind() {
	case FeedList:
		return 1
	case FeedTag:
		return 2
	case FeedCustom:
		return 3
	case FeedRelay:
		return 4
	}
	return 0
}
