package pds

import (
	"fmt"
	"testing"
)

// A collection is listed page by page, each record once, in either direction.
func TestListRecords(t *testing.T) {
	s := start(t, small(), Options{})
	c := s.signedIn(t, "ana")
	const n = 5
	for i := range n {
		c.post("com.atproto.repo.putRecord", c.write("ana", object{"rkey": fmt.Sprintf("3jui7kd54zh2%d", i+2), "record": note(fmt.Sprint(i))}), 200)
	}
	for _, reverse := range []string{"false", "true"} {
		var texts, cursor string
		for range n {
			page := c.get("com.atproto.repo.listRecords", 200, "repo", s.DID("ana"), "collection", colPost, "limit", "2", "reverse", reverse, "cursor", cursor)
			for _, r := range list(page["records"]) {
				texts += dig(r, "value", "text")
			}
			if cursor = dig(page, "cursor"); cursor == "" {
				break
			}
		}
		if want := map[string]string{"false": "43210", "true": "01234"}[reverse]; texts != want {
			t.Errorf("reverse=%s: %s instead of %s", reverse, texts, want)
		}
	}
	c.get("com.atproto.repo.listRecords", 400, "repo", s.DID("ana"), "collection", colPost, "limit", "101")
	c.get("com.atproto.repo.listRecords", 400, "repo", "did:plc:nobody", "collection", colPost)
}
