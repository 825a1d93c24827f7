package store

import (
	"context"
	"fmt"
	"time"

	"skein/timeline"
)

var _ timeline.NoticeCache = (*Cache)(nil)

// noticeSchema keeps what has happened to the accounts: at is in milliseconds. What a
// notice is about is kept as any other post, and named in the packed body.
const noticeSchema = `
CREATE TABLE notice(
	account TEXT NOT NULL,
	id      TEXT NOT NULL,
	at      INTEGER NOT NULL,
	read    INTEGER NOT NULL,
	body    BLOB NOT NULL,
	PRIMARY KEY(account, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX notice_at ON notice(account, at);
`

// KeepNotices implements timeline.NoticeCache.
func (c *Cache) KeepNotices(ctx context.Context, notices ...timeline.Notice) (fresh []timeline.Notice, err error) {
	if len(notices) == 0 {
		return nil, nil
	}
	notices = timeline.MergeNotices(notices)
	if err := c.keepSubjects(ctx, notices); err != nil {
		return nil, err
	}
	err = c.update(ctx, func(s *session) error {
		fresh = nil
		accounts := map[timeline.AccountID]bool{}
		for _, n := range notices {
			isNew, err := s.keepNotice(n)
			if err != nil {
				return fmt.Errorf("keeping a notice: %w", err)
			}
			if isNew {
				fresh = append(fresh, n)
			}
			accounts[n.Account] = true
		}
		for a := range accounts {
			const oldest = `DELETE FROM notice WHERE account = ?1 AND at <
(SELECT at FROM notice WHERE account = ?1 ORDER BY at DESC LIMIT 1 OFFSET ?2)`
			if _, err := s.exec(oldest, string(a), timeline.MaxKeptNotices-1); err != nil {
				return fmt.Errorf("forgetting old notices: %w", err)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return fresh, nil
}

// keepSubjects keeps the posts that notices are about.
func (c *Cache) keepSubjects(ctx context.Context, notices []timeline.Notice) error {
	now := c.opts.Now()
	hauls := map[timeline.AccountID]*timeline.Haul{}
	for _, n := range notices {
		if n.Post == nil {
			continue
		}
		h := hauls[n.Account]
		if h == nil {
			h = &timeline.Haul{Reader: n.Account}
			hauls[n.Account] = h
		}
		h.Posts = append(h.Posts, timeline.Place(n.Post, now))
	}
	all := make([]timeline.Haul, 0, len(hauls))
	for _, h := range hauls {
		all = append(all, *h)
	}
	if len(all) == 0 {
		return nil
	}
	_, err := c.Keep(ctx, all...)
	return err
}

// keepNotice writes one notice and tells whether it was not kept before.
func (s *session) keepNotice(n timeline.Notice) (isNew bool, err error) {
	var known bool
	if _, err := s.one("SELECT EXISTS(SELECT 1 FROM notice WHERE account = ? AND id = ?)", []any{string(n.Account), n.ID}, &known); err != nil {
		return false, err
	}
	p := packer{b: s.buffer[:0]}
	p.notice(n)
	s.buffer = p.b
	read := 0
	if n.Read {
		read = 1
	}
	_, err = s.exec(`INSERT INTO notice(account, id, at, read, body) VALUES(?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET at = min(at, excluded.at), read = max(read, excluded.read), body = excluded.body`,
		string(n.Account), n.ID, n.At.UnixMilli(), read, s.cache.codec.shrink(p.b))
	return !known, err
}

// KeptNotices implements timeline.NoticeCache.
func (c *Cache) KeptNotices(ctx context.Context, a timeline.AccountID, limit int) (notices []timeline.Notice, err error) {
	err = c.view(ctx, func(s *session) error {
		notices = nil
		const newest = "SELECT id, at, read, body FROM notice WHERE account = ? ORDER BY at DESC, id DESC LIMIT ?"
		err := s.each(newest, []any{string(a), max(limit, 0)}, func(scan func(...any) error) error {
			n := timeline.Notice{Account: a}
			var at int64
			var body []byte
			if err := scan(&n.ID, &at, &n.Read, &body); err != nil {
				return err
			}
			expanded, err := c.codec.expand(body)
			if err != nil {
				return err
			}
			u := unpacker{b: expanded}
			u.notice(&n)
			n.At = time.UnixMilli(at).UTC()
			notices = append(notices, n)
			return u.err
		})
		if err != nil {
			return err
		}
		return s.addSubjects(notices)
	})
	return notices, err
}

// addSubjects puts the posts into notices, those that are still kept.
func (s *session) addSubjects(notices []timeline.Notice) error {
	known := map[timeline.ID]*timeline.Post{}
	for i, n := range notices {
		if n.Subject.Zero() {
			continue
		}
		p, asked := known[n.Subject]
		if !asked {
			var err error
			if p, _, err = s.known(n.Subject); err != nil {
				return err
			}
			known[n.Subject] = p
		}
		notices[i].Post = p
	}
	return nil
}

// notice packs what a row does not hold in columns of its own.
func (p *packer) notice(n timeline.Notice) {
	p.text(string(n.Network))
	p.text(string(n.Kind))
	p.author(n.By)
	p.id(n.Subject)
	p.safe(n.Text)
	p.int(n.Amount)
}

func (u *unpacker) notice(n *timeline.Notice) {
	n.Network = timeline.Network(u.text())
	n.Kind = timeline.NoticeKind(u.text())
	n.By = u.author()
	n.Subject = u.id()
	n.Text = u.safe()
	n.Amount = u.int()
}
