package store

import "context"

// Forecast is about what Trim would do with the same options; nothing is changed and
// Progress is not told.
func (c *Cache) Forecast(ctx context.Context, o TrimOptions) (would Trimmed, err error) {
	err = c.view(ctx, func(s *session) error {
		var posts, old int
		if _, err := s.one("SELECT count(*) FROM post", nil, &posts); err != nil || posts == 0 {
			return err
		}
		if o.OlderThan > 0 {
			cut := placeOf(settle(c.opts.Now().Add(-o.OlderThan)))
			if _, err := s.one("SELECT count(*) FROM post WHERE place < ?", []any{int64(cut)}, &old); err != nil {
				return err
			}
		}
		used, err := s.used()
		if err != nil {
			return err
		}
		size := float64(used) / float64(posts) // of a post
		if over := used - o.MaxBytes; o.MaxBytes > 0 && over > 0 {
			old = max(old, min(posts, int(float64(over)/size)))
		}
		would = Trimmed{Posts: old, Freed: int64(float64(old) * size)}
		return nil
	})
	return would, err
}
