package main

import "context"

// mostOfPeer is what publishing may take of what the peer takes, in time and memory.
const mostOfPeer = 0.5

func postStudy() study {
	return study{
		name: "post", title: "Posting to three networks",
		method: "`skein post --to all`, which commits each request to its journal with fsync before it is sent and waits for three answers, and\n" +
			"`crosspost` with the same text, in turn on the sandbox. crosspost signs in each time and speaks TLS to a terminator in front of it; skein does neither.",
		run: func(ctx context.Context, b *bench) ([]figure, error) {
			t, err := b.servers(ctx)
			if err != nil {
				return nil, err
			}
			home, err := b.member(ctx)
			if err != nil {
				return nil, err
			}
			peer, err := b.crosspost(ctx, t)
			if err != nil {
				return nil, err
			}
			const text = "Reading all of you in one window now. Hello, everyone."
			commands := []command{{argv: []string{b.skein, "post", "--to", "all", text}, env: home.Environment()}}
			if peer.absent == "" {
				commands = append(commands, peer.run(home, text))
			}
			found, err := b.contest(ctx, b.rounds(10), nil, commands...)
			if err != nil {
				return nil, err
			}
			return versus("a post to three networks", found, peer, share(mostOfPeer, "≤ 0.5 × crosspost")), nil
		},
	}
}
