package pds

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/ipfs/go-cid"
)

// The roots of trees that every implementation comes to (the interoperability tests
// of the AT Protocol).
func TestTree(t *testing.T) {
	value, err := cid.Decode("bafyreie5cvv4h45feadgeuwhbcutmh6t2ceseocckahdoe6uat64zmz454")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ root, keys string }{
		{"bafyreie5737gdxlw5i64vzichcalba3z2v5n6icifvx5xytvske7mr3hpm", ""},
		{"bafyreibj4lsc3aqnrvphp5xmrnfoorvru4wynt6lwidqbm2623a6tatzdu", "3jqfcqzm3fo2j"},
		{"bafyreih7wfei65pxzhauoibu3ls7jgmkju4bspy4t2ha2qdjnzqvoy33ai", "3jqfcqzm3fx2j"},
		{"bafyreicmahysq4n6wfuxo522m6dpiy7z7qzym3dzs756t5n7nfdgccwq7m", "3jqfcqzm3fp2j 3jqfcqzm3fr2j 3jqfcqzm3fs2j 3jqfcqzm3ft2j 3jqfcqzm4fc2j"},
		{"bafyreifnqrwbk6ffmyaz5qtujqrzf5qmxf7cbxvgzktl4e3gabuxbtatv4", "3jqfcqzm3fn2j 3jqfcqzm3fo2j 3jqfcqzm3fp2j 3jqfcqzm3fs2j 3jqfcqzm3ft2j 3jqfcqzm3fu2j"},
	} {
		var leaves []leaf
		for key := range strings.FieldsSeq(c.keys) {
			leaves = append(leaves, leaf{"com.example.record/" + key, value})
		}
		b := &blocks{written: map[cid.Cid]bool{}}
		if root, err := b.tree(leaves); err != nil || root.String() != c.root {
			t.Errorf("%q: %s, %v", c.keys, root, err)
		}
	}
}

// A repository has one newest commit, which is the root of its archive, until it
// changes.
func TestArchiveAndCommit(t *testing.T) {
	s := start(t, small(), Options{})
	c := s.signedIn(t, "ana")
	head := func() (string, string) {
		out := c.get("com.atproto.sync.getLatestCommit", 200, "did", s.DID("ana"))
		return dig(out, "cid"), dig(out, "rev")
	}
	before, rev := head()
	if again, _ := head(); again != before {
		t.Errorf("commit %s, then %s", before, again)
	}
	root, err := cid.Decode(before)
	if err != nil {
		t.Fatal(err)
	}
	if car := c.raw("com.atproto.sync.getRepo?did=" + s.DID("ana")); bytes.Count(car, root.Bytes()) != 2 { // the header and the block itself
		t.Errorf("an archive of %d bytes without its commit", len(car))
	}
	c.post("com.atproto.repo.createRecord", c.write("ana", object{"record": note("x")}), 200)
	if after, later := head(); after == before || later <= rev {
		t.Errorf("commit %s at %s, then %s at %s", before, rev, after, later)
	}
	c.get("com.atproto.sync.getRepo", 400, "did", "did:plc:nobody")
	c.get("com.atproto.sync.getLatestCommit", 400, "did", "did:plc:nobody")
}

func (c client) raw(call string) []byte {
	c.t.Helper()
	req, err := http.NewRequestWithContext(c.t.Context(), http.MethodGet, c.s.URL()+"/xrpc/"+call, http.NoBody)
	if err != nil {
		c.t.Fatal(err)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(resp.Body)
	if err != nil || resp.Header.Get("Content-Type") != "application/vnd.ipld.car" {
		c.t.Fatalf("%v, as %q", err, resp.Header.Get("Content-Type"))
	}
	return raw
}
