package instance

import (
	"net/http"
	"testing"

	"skein/backends/sandbox/world"
)

// TestContractCurating covers who is in a list, and what changes lists.
func TestContractCurating(t *testing.T) {
	v := description(t)
	s, rec := observed(t, village(say("first", "ana", "first")), Options{})
	you := s.Token(world.Viewer)
	ana := s.do(t, http.MethodGet, "/api/v1/accounts/lookup?acct=ana", you, nil).text("id")
	her := `{"account_ids":["` + ana + `"]}`
	for _, c := range []struct {
		method, path, body string
		want               int
	}{
		{http.MethodPost, "/api/v1/lists/100/accounts", her, 422}, // she is in it
		{http.MethodDelete, "/api/v1/lists/100/accounts", her, 200},
		{http.MethodPost, "/api/v1/lists/100/accounts", her, 200},
		{http.MethodPost, "/api/v1/lists/9/accounts", her, 404},
		{http.MethodGet, "/api/v1/lists/100/accounts?limit=1", "", 200},
		{http.MethodGet, "/api/v1/accounts/" + ana + "/lists", "", 200},
		{http.MethodPost, "/api/v1/lists", `{"title":"new"}`, 200},
		{http.MethodPost, "/api/v1/lists", `{"title":""}`, 422},
		{http.MethodDelete, "/api/v1/lists/100", "", 200},
		{http.MethodDelete, "/api/v1/lists/100", "", 404},
	} {
		var b *body
		if c.body != "" {
			b = jsonBody(c.body)
		}
		if g := s.do(t, c.method, c.path, you, b); g.status != c.want {
			t.Errorf("%s %s: %d, want %d: %s", c.method, c.path, g.status, c.want, g.raw)
		}
	}
	t.Logf("contract: checked %d responses", rec.check(t, v))
}
