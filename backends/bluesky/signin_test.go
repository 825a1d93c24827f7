package bluesky

import (
	"encoding/json"
	"testing"

	"github.com/bluesky-social/indigo/atproto/identity"
	"github.com/bluesky-social/indigo/atproto/syntax"

	"skein/timeline"
)

// An app password may be shown only to the account's own server: a handle that
// leads nowhere is an error, not a reason to try another.
func TestFindPDS(t *testing.T) {
	dir := identity.NewMockDirectory()
	dir.Insert(identity.Identity{
		DID: did1, Handle: "ana.example",
		Services: map[string]identity.ServiceEndpoint{"atproto_pds": {Type: "AtprotoPersonalDataServer", URL: "https://pds.example"}},
	})
	dir.Insert(identity.Identity{DID: did2, Handle: "homeless.example"})
	for who, want := range map[syntax.AtIdentifier]string{
		"ana.example": "https://pds.example", did1: "https://pds.example", "nobody.bsky.social": entryway,
	} {
		if got, err := findPDS(t.Context(), dir, who); err != nil || got != want {
			t.Errorf("findPDS(%s) = %q, %v; want %q", who, got, err, want)
		}
	}
	for _, who := range []syntax.AtIdentifier{"nobody.example", "homeless.example", "evilbsky.social"} {
		if got, err := findPDS(t.Context(), dir, who); timeline.CodeOf(err) != timeline.CodeNotFound {
			t.Errorf("findPDS(%s) = %q, %v; want code not-found", who, got, err)
		}
	}
}

func TestDocumentPDS(t *testing.T) {
	doc := func(id, endpoint string) json.RawMessage {
		b, err := json.Marshal(m{"id": id, "service": []any{m{"id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": endpoint}}})
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	for _, c := range []struct {
		doc  json.RawMessage
		want string
	}{
		{doc(did1, "https://pds.example"), "https://pds.example"},
		{doc(did2, "https://pds.example"), ""}, // another account's
		{doc(did1, "javascript:alert(1)"), ""},
		{doc(did1, ""), ""},
		{json.RawMessage(`{"id":7}`), ""},
		{nil, ""},
	} {
		if got := documentPDS(c.doc, did1); got != c.want {
			t.Errorf("documentPDS(%s) = %q, want %q", c.doc, got, c.want)
		}
	}
}
