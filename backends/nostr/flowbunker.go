package nostr

import (
	"context"
	"crypto/subtle"
	"errors"
	"time"

	"skein/config/account"
	"skein/timeline"
)

const (
	connectWait  = time.Minute     // for a signer that was asked: somebody may have to allow it there
	approvalWait = 5 * time.Minute // for somebody who reads a page, or scans a code
)

// askBunker asks for the address of a remote signer.
func (f *flow) askBunker() (account.Step, error) {
	return f.Ask(account.Question{
		Name: stepBunker, Title: "Address of the remote signer", Secret: true,
		Help: "bunker://… as your signer shows it. skein then waits a minute for you to allow it there.",
	}, f.tookBunker)
}

// tookBunker introduces skein to a signer (NIP-46's connect).
func (f *flow) tookBunker(ctx context.Context, a account.Answer) (account.Step, error) {
	at, token, err := parseBunker(a.Secret.Reveal())
	if err != nil {
		return f.Again(err)
	}
	if err := f.dialBunker(at); err != nil {
		return f.Fail(err)
	}
	return f.request(ctx, func(ctx context.Context, result account.Secret) (account.Step, error) {
		// A signer that returns a token returns the one that it was given.
		if result.Reveal() != "ack" && (token.Empty() || subtle.ConstantTimeCompare([]byte(result.Reveal()), []byte(token.Reveal())) != 1) {
			return f.unmet(timeline.Errorf(timeline.CodeRefused, "the signer answered for another sign-in than this one; nothing was added"))
		}
		return f.askAccount(ctx)
	}, "connect", at.signer, token.Reveal(), permissions)
}

// dialBunker begins to talk to a signer under a new key.
func (f *flow) dialBunker(at bunkerAddress) error {
	f.hangUp()
	b, err := newBunker(f.Client, f.Log, newClientKey(), at)
	if err != nil {
		return err
	}
	f.bunker = b
	return nil
}

func (f *flow) hangUp() {
	if f.bunker != nil {
		f.bunker.close()
	}
	f.bunker = nil
}

// request asks the signer, and goes on with its answer. Where it wants a page to be
// visited first, that is a step of its own.
func (f *flow) request(ctx context.Context, took func(context.Context, account.Secret) (account.Step, error), method string, params ...string) (account.Step, error) {
	c, err := f.bunker.call(method, params...) //nolint:contextcheck // what it starts ends with the call
	if err != nil {
		return f.unmet(err)
	}
	result, err := c.wait(ctx, f.connectWait)
	var page *permission
	if errors.As(err, &page) {
		return f.Ask(account.Visit{
			Name: stepApprove, Title: "Allow skein at your signer", URL: page.url.String(),
			Help: "Your signer asks you there. skein goes on as soon as you have allowed it.",
			Await: func(ctx context.Context) (account.Answer, error) {
				result, err := c.wait(ctx, approvalWait)
				if errors.As(err, &page) {
					err = timeline.Errorf(timeline.CodeUnsupported, "the signer sends from one page to the next; nothing was added")
				}
				return account.Answer{Secret: account.NewSecret(result)}, err
			},
		}, func(ctx context.Context, a account.Answer) (account.Step, error) {
			c.end()
			return took(ctx, a.Secret)
		})
	}
	c.end()
	if err != nil {
		return f.unmet(err)
	}
	return took(ctx, account.NewSecret(result))
}

// unmet is for a signer with whom it does not go on: where its address was asked for,
// another can be given.
func (f *flow) unmet(err error) (account.Step, error) {
	if q, ok := f.Asked().(account.Question); ok && q.Name == stepBunker {
		return f.Again(err)
	}
	return f.Fail(err)
}

// invite shows an address at which a signer finds skein (NIP-46's nostrconnect).
func (f *flow) invite(ctx context.Context) (account.Step, error) {
	relays := f.Relays
	if given, err := readRelays(f.Preset[stepRelays]); err != nil {
		return f.Unserved(stepRelays, err)
	} else if len(given) > 0 {
		relays = given
	}
	if len(relays) == 0 {
		return f.Unserved(stepHow, timeline.Errorf(timeline.CodeUsage, "no relay is known at which the signer could come: name one with --relay"))
	}
	if err := f.dialBunker(bunkerAddress{relays: relays[:min(len(relays), connectRelays)]}); err != nil {
		return f.Fail(err)
	}
	secret := account.NewSecret(randomID())
	w := f.bunker.await(secret)
	if err := w.open(ctx, min(askTimeout, f.connectWait)); err != nil {
		w.end()
		return f.Unserved(stepHow, err)
	}
	return f.Ask(account.Visit{
		Name: stepConnect, Title: "Show this to your signer", QR: true, URL: connectAddress(f.bunker.client, f.bunker.at.relays, secret),
		Help: "Scan it with your signer, or paste it there, and allow skein to sign.",
		Await: func(ctx context.Context) (account.Answer, error) {
			signer, err := w.wait(ctx, approvalWait)
			return account.Answer{Text: signer}, err
		},
	}, func(ctx context.Context, a account.Answer) (account.Step, error) {
		w.end()
		f.bunker.at.signer = a.Text
		return f.askAccount(ctx)
	})
}

// askAccount asks a signer whose key it holds.
func (f *flow) askAccount(ctx context.Context) (account.Step, error) {
	return f.request(ctx, func(ctx context.Context, result account.Secret) (account.Step, error) {
		public := result.Reveal()
		if !isHex(public, 64) || !validKey(public) {
			return f.unmet(timeline.Errorf(timeline.CodeMalformed, "the signer does not say whose key it holds; nothing was added"))
		}
		f.public = public
		f.creds = account.Credentials{
			account.Bunker: account.NewSecret(f.bunker.at.String()), account.BunkerKey: f.bunker.key,
		}
		f.hangUp()
		return f.chooseRelays(ctx)
	}, "get_public_key")
}
