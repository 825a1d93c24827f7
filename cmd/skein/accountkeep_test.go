package main

import (
	"context"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"skein/config/account"
)

// A session that another process renews is saved before its account is signed in again
// or removed: else it would come back afterwards, over the new one.
func TestSecretsAreNotTakenFromWhoRenewsThem(t *testing.T) {
	const id = "acct-1"
	old := account.Credentials{account.Token: account.NewSecret("old")}
	fresh := account.Credentials{account.Token: account.NewSecret("new")}
	for name, change := range map[string]func(context.Context, *app) error{
		"signed in again": func(ctx context.Context, a *app) error { _, err := a.replace(ctx, id, fresh); return err },
		"removed":         func(ctx context.Context, a *app) error { return a.dropSecrets(ctx, id) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			open := func() *account.Vault {
				keys := account.NewKeys(account.KeyOptions{Mode: account.ModeFile, File: filepath.Join(dir, "secrets.key")})
				return account.OpenVault(filepath.Join(dir, "secrets.age"), keys)
			}
			a := &app{vault: open(), log: slog.New(slog.DiscardHandler)}
			if err := a.vault.Save(t.Context(), id, old); err != nil {
				t.Fatal(err)
			}
			renewing := open()
			unlock, err := renewing.Lock(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
			defer cancel()
			if err := change(ctx, a); err == nil {
				t.Error("it did not wait")
			}
			if kept, err := renewing.Load(t.Context(), id); err != nil || kept[account.Token] != old[account.Token] {
				t.Errorf("the secrets were changed: %v", err)
			}
			unlock()
			if err := change(t.Context(), a); err != nil {
				t.Errorf("afterwards: %v", err)
			}
			if kept, err := renewing.Load(t.Context(), id); err == nil && kept[account.Token] == old[account.Token] {
				t.Error("afterwards the old ones are kept")
			}
		})
	}
}
