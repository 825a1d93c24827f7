package timeline

import (
	"context"
	"time"
)

// Filterer reads what an account's network keeps of what the person does not want to
// see, besides the people of ListMutes and ListBlocks. What it hides stands in a post's
// View, with the reason.
type Filterer interface {
	Filters(ctx context.Context) ([]Filter, error)
}

// Filter is one thing that a network, or its clients, hide from the person.
type Filter struct {
	What  Safe      // `"spoiler"`, "#tag", "label gore"
	Title Safe      // how the person has called it; "" for nothing
	Where Safe      // where it holds, or how, in the network's own words; "" for everywhere
	Hides bool      // hidden, rather than behind a warning
	Until time.Time // when it ends by itself; zero: never
}
