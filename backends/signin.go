package backends

import (
	"context"

	"skein/backends/bluesky"
	"skein/backends/mastodon"
	"skein/backends/nostr"
	"skein/config/account"
	"skein/timeline"
)

// Networks asks which network to sign in to.
func Networks() account.Choice {
	return account.Choice{
		Name: "network", Title: "Which network",
		Options: []account.Option{
			{Value: string(timeline.Mastodon), Title: "Mastodon", Help: "and GoToSocial, Pleroma, Pixelfed and others of its kind"},
			{Value: string(timeline.Bluesky), Title: "Bluesky", Help: "on bsky.social or a server of your own"},
			{Value: string(timeline.Nostr), Title: "Nostr", Help: "with your private key"},
		},
	}
}

// SignIn begins to sign in to an account on a network. It sends nothing before Next.
// Preset answers go by the names of the steps, as each adapter's SignIn lists them.
func SignIn(network string, d Deps, preset account.Preset) (account.Flow, error) {
	switch timeline.Network(network) {
	case timeline.Mastodon:
		return mastodon.SignIn(mastodon.SignInConfig{Client: d.Client, Log: d.Log}, preset), nil
	case timeline.Bluesky:
		return &asking{preset: preset, questions: []account.Question{
			{Name: "handle", Title: "Your handle", Help: "Such as ana.bsky.social."},
			{Name: "app-password", Title: "App password", Secret: true, Help: "Made on Bluesky under Settings → Privacy and security → App passwords."},
		}, sign: func(ctx context.Context, said map[string]account.Answer) (account.Record, account.Credentials, error) {
			return bluesky.AddPassword(ctx, d.Client, preset["pds"], said["handle"].Text, said["app-password"].Secret)
		}}, nil
	case timeline.Nostr:
		return &asking{preset: preset, questions: []account.Question{
			{Name: "private-key", Title: "Private key", Secret: true, Help: "nsec1… or 64 hex digits. It is kept encrypted, and signs on this machine alone."},
		}, sign: func(ctx context.Context, said map[string]account.Answer) (account.Record, account.Credentials, error) {
			r, creds, err := nostr.AddKey(ctx, d.Client, said["private-key"].Secret, d.Relays)
			r.Relays = nil // the configured ones may change; only one's own are kept
			return r, creds, err
		}}, nil
	}
	return nil, timeline.Errorf(timeline.CodeUsage, "there is no network %q: one of mastodon, bluesky, nostr", network)
}

// asking is a Flow of questions alone, whose answers sign in.
type asking struct {
	preset    account.Preset
	questions []account.Question
	sign      func(context.Context, map[string]account.Answer) (account.Record, account.Credentials, error)

	said  map[string]account.Answer
	asked int  // how many have been put
	put   bool // whether one waits for its answer
}

// Next implements account.Flow.
func (f *asking) Next(ctx context.Context, a account.Answer) (account.Step, error) {
	if f.said == nil {
		f.said = map[string]account.Answer{}
	}
	if f.put {
		f.said[f.questions[f.asked].Name] = a
		f.asked++
	}
	for ; f.asked < len(f.questions); f.asked++ {
		q := f.questions[f.asked]
		text, known := f.preset[q.Name]
		if !known || q.Secret {
			f.put = true
			return q, nil
		}
		f.said[q.Name] = account.Answer{Text: text}
	}
	f.put = false
	r, creds, err := f.sign(ctx, f.said)
	if err != nil {
		f.asked--
		f.put = true
		return f.questions[f.asked], err
	}
	return account.Finished{Record: r, Credentials: creds}, nil
}

// Close implements account.Flow.
func (f *asking) Close() error { return nil }
