package e2e

import (
	"encoding/json"
	"strings"
	"testing"
)

// Receipt is a line of skein's JSON about one target of what was written.
type Receipt struct {
	Type      string   `json:"type"`
	Operation string   `json:"operation"`
	Account   string   `json:"account"`
	Network   string   `json:"network"`
	Kind      string   `json:"kind"`
	State     string   `json:"state"`
	ID        string   `json:"id"`
	URL       string   `json:"url"`
	URLs      []string `json:"urls"`
	Error     struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	} `json:"error"`
}

// Receipts reads the lines of stdout that are receipts, by network. A line that is
// no JSON object, or a second receipt of one network, fails the test.
func (r Result) Receipts(t testing.TB) map[string]Receipt {
	t.Helper()
	all := map[string]Receipt{}
	for line := range strings.Lines(r.Stdout) {
		var receipt Receipt
		if err := json.Unmarshal([]byte(line), &receipt); err != nil {
			t.Fatalf("%s: %q is no JSON line: %v", r.command, line, err)
		}
		if receipt.Type != "receipt" {
			continue
		}
		if _, twice := all[receipt.Network]; twice {
			t.Fatalf("%s: two receipts of %s\n%s", r.command, receipt.Network, r)
		}
		all[receipt.Network] = receipt
	}
	return all
}
