package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"skein/config/account"
	"skein/timeline"
)

func (a *app) accountKeyCommand() *cobra.Command {
	var to string
	c := &cobra.Command{
		Use: "key", Short: "Tell where the key of the secrets is, or move it", Args: cobra.NoArgs,
		Long: "The secrets of all accounts are in one encrypted file. key says where the key of\n" +
			"that file is, and --move-to takes it elsewhere:\n\n" +
			"  keyring     the system's keyring\n" +
			"  passphrase  a file under a passphrase, which is asked for once a command, or\n" +
			"              printed by secrets.passphrase_command of config.toml; also another one\n" +
			"  file        a file that only you can read, for machines where nobody types\n\n" +
			"The secrets themselves stay where they are.",
		Example: "  skein account key\n  skein account key --move-to passphrase",
	}
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := a.setup(); err != nil {
			return err
		}
		if to != "" {
			if err := a.moveKey(cmd.Context(), to); err != nil {
				return err
			}
		}
		return a.tellKey(cmd.Context())
	}
	c.Flags().StringVar(&to, "move-to", "", "keyring, passphrase or file")
	return c
}

// keyPlaces are the places of a key by the names that a person gives them.
func keyPlaces() map[string]account.Place {
	return map[string]account.Place{"keyring": account.InKeyring, "passphrase": account.InPassphrase, "file": account.InFile}
}

func (a *app) moveKey(ctx context.Context, to string) error {
	place, ok := keyPlaces()[to]
	if !ok {
		return timeline.Errorf(timeline.CodeUsage, "--move-to %s: one of %s", to, strings.Join(slices.Sorted(maps.Keys(keyPlaces())), ", "))
	}
	if !a.vault.Exists() {
		return timeline.Errorf(timeline.CodeUsage, "there are no secrets yet, and so no key to move: secrets.key in config.toml says where it will be")
	}
	return a.vault.MoveKey(ctx, place)
}

func (a *app) tellKey(ctx context.Context) error {
	key, err := a.keyPlace(ctx)
	if err != nil {
		return err
	}
	if a.flags.json {
		return json.NewEncoder(a.out).Encode(key)
	}
	_, err = fmt.Fprintf(a.out, "Secrets: %s, encrypted; their key: %s.\n", key.File, key.where())
	return err
}

// where is the place, with the file that it may be.
func (k keyJSON) where() string { return strings.TrimSpace(string(k.Key) + " " + k.KeyFile) }

// asker is who can be asked for the passphrase of the secrets; nil where nobody can.
func (a *app) asker() account.Asker {
	if f, ok := a.err.(*os.File); !ok || !isTerminal(f) {
		return nil
	}
	tty, err := a.openTerminal()
	if err != nil {
		return nil
	}
	_ = tty.Close() // it was only tried
	return a.passphrase
}

// openTerminal opens the terminal itself: standard input may hold what is to be posted.
func (a *app) openTerminal() (*os.File, error) {
	if runtime.GOOS == "windows" {
		return os.OpenFile("CONIN$", os.O_RDWR, 0)
	}
	return os.OpenFile("/dev/tty", os.O_RDWR, 0)
}

// passphrase asks for the passphrase of the secrets. A new one is typed twice.
func (a *app) passphrase(ctx context.Context, why account.Asking, again bool) (account.Secret, error) {
	if a.drawing.Load() {
		if why == account.ToKeep { // it can be moved under a passphrase later
			return account.Secret{}, nil
		}
		return account.Secret{}, errors.New("the passphrase of your secrets cannot be asked for within the full screen: leave it and start again")
	}
	tty, err := a.openTerminal()
	if err != nil {
		return account.Secret{}, fmt.Errorf("asking for the passphrase of your secrets: %w", err)
	}
	defer tty.Close() //nolint:errcheck // nothing was written to it
	if why == account.ToOpen {
		if again {
			a.say("That is not the passphrase.\n")
		}
		return a.hiddenAt(ctx, tty, "Passphrase of your secrets (not shown): ")
	}
	if why == account.ToKeep {
		a.say("There is no keyring here to keep the key of your secrets. A passphrase protects them; it is\n" +
			"asked for once a command. Without one, whoever reads your files can use them.\n")
	}
	for {
		first, err := a.hiddenAt(ctx, tty, "Choose a passphrase for your secrets (not shown; empty: none): ")
		if err != nil || first.Empty() {
			return first, err
		}
		second, err := a.hiddenAt(ctx, tty, "Once more: ")
		if err != nil {
			return second, err
		}
		if first == second {
			return first, nil
		}
		a.say("These were two different ones.\n")
	}
}
