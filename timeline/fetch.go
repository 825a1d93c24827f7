package timeline

import "context"

// Fetched is what a one-shot reading found.
type Fetched struct {
	Posts  []*Post  // newest first
	Health []Health // State is Live for every account that answered
	Gaps   []Gap    // where posts of an account may be missing, and why
}

// Fetch reads the newest n posts of all accounts merged. It is the hub's own
// first fill, waited for: every account answers or fails, and no post is shown
// that another account's unread posts might stand above. It fails only when ctx
// ends; what failed of the accounts is in Health.
func Fetch(ctx context.Context, o HubOptions, n int, accounts ...Account) (Fetched, error) {
	h := newHub(o, accounts)
	h.once, h.want = true, n
	h.start()
	defer h.Close()

	var rows Rows
	for {
		c, err := h.Next(ctx)
		if err != nil {
			return Fetched{}, err
		}
		rows.Insert(c.Posts...)
		if !c.Settled || c.Loading {
			continue
		}
		found := Fetched{Health: c.Health, Gaps: c.Gaps}
		for i := rows.Len() - 1; i >= 0 && len(found.Posts) < n; i-- {
			found.Posts = append(found.Posts, rows.At(i).Post)
		}
		return found, nil
	}
}
