package main

import "context"

// tooted is the most posts that toot shows at once.
const tooted = "20"

func tootStudy() study {
	return study{
		name: "toot", title: "Reading one network, beside toot",
		method: "`skein timeline -n 20 --network mastodon`, which keeps what it reads, and `toot timeline --once --count 20`, in turn on the\n" +
			"sandbox's Mastodon over plain HTTP. toot fetches one page of as many posts and draws them; it keeps nothing.",
		run: func(ctx context.Context, b *bench) ([]figure, error) {
			t, err := b.servers(ctx)
			if err != nil {
				return nil, err
			}
			home, err := b.member(ctx)
			if err != nil {
				return nil, err
			}
			peer, err := b.toot(ctx, t)
			if err != nil {
				return nil, err
			}
			commands := []command{{argv: []string{b.skein, "timeline", "-n", tooted, "--network", "mastodon"}, env: home.Environment()}}
			if peer.absent == "" {
				commands = append(commands, peer.run(home, "timeline", "--once", "--count", tooted))
			}
			found, err := b.contest(ctx, b.rounds(10), nil, commands...)
			if err != nil {
				return nil, err
			}
			return versus(tooted+" posts of Mastodon", found, peer, goal{}), nil
		},
	}
}

// versus are the figures of a command and its peer, which may be absent. The goal is
// that of time and memory.
func versus(what string, found []series, p peer, g goal) []figure {
	other := series{}
	if len(found) > 1 {
		other = found[1]
	}
	return []figure{
		{what: what + ", wall", unit: "ms", skein: found[0].wall(), beside: p.name, other: other.wall(), absent: p.absent, goal: g},
		{what: what + ", CPU", unit: "ms", skein: found[0].cpu(), beside: p.name, other: other.cpu(), absent: p.absent},
		{what: what + ", resident", unit: "MiB", skein: found[0].rss(), beside: p.name, other: other.rss(), absent: p.absent, goal: g},
	}
}
