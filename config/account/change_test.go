package account_test

import (
	"path/filepath"
	"testing"

	"skein/config/account"
)

// TestBookChangesARecord: another name, and whether new posts go there; both survive a
// sign-in that is renewed.
func TestBookChangesARecord(t *testing.T) {
	ctx := t.Context()
	book := account.OpenBook(filepath.Join(t.TempDir(), "accounts.toml"))
	one, err := book.Add(ctx, account.Record{Network: "mastodon", Handle: "@you@one.example"})
	if err != nil {
		t.Fatal(err)
	}
	two, err := book.Add(ctx, account.Record{Network: "mastodon", Handle: "@you@two.example"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := book.Rename(ctx, two.ID, "Mastodon"); err == nil {
		t.Error("two accounts have one name")
	}
	if _, err := book.Rename(ctx, "nobody", "x"); err == nil {
		t.Error("nobody was renamed")
	}
	if r, err := book.Rename(ctx, two.ID, "work"); err != nil || r.Name != "work" || r.ID != two.ID {
		t.Errorf("renamed to %+v, %v", r, err)
	}
	if r, err := book.Rename(ctx, one.ID, "MASTODON"); err != nil || r.Name != "MASTODON" {
		t.Errorf("its own name in capitals is %+v, %v", r, err)
	}
	if r, err := book.SetPost(ctx, "work", false); err != nil || r.Posts() {
		t.Errorf("left out is %+v, %v", r, err)
	}
	if r, err := book.Renew(ctx, account.Record{Network: "mastodon", Handle: "@you@two.example", Server: "https://two.example"}); err != nil || r.Posts() || r.Name != "work" {
		t.Errorf("renewed is %+v, %v", r, err)
	}
	if r, err := book.SetPost(ctx, "work", true); err != nil || !r.Posts() || r.Post != nil {
		t.Errorf("put back is %+v, %v", r, err)
	}
}
