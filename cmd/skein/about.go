package main

import (
	"encoding/json"
	"fmt"
	"runtime"

	"github.com/spf13/cobra"
)

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if a.flags.json {
				return json.NewEncoder(a.out).Encode(map[string]string{
					"type": "version", "version": version, "go": runtime.Version(), "system": runtime.GOOS + "/" + runtime.GOARCH,
				})
			}
			_, err := fmt.Fprintf(a.out, "skein %s (%s, %s/%s)\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
}

// jsonHelp is the topic that describes the JSON output.
func jsonHelp() *cobra.Command {
	return &cobra.Command{
		Use: "json", Short: "What --json prints",
		Long: `With --json each command prints one JSON object a line (NDJSON). Fields are only
ever added; these never change:

  post     type "post", id, network, account, url, author{id, handle, name},
           text, created_at, sort_time
           and, where they apply: edited_at, boost{id, author, at}, warning,
           sensitive, labels, languages, visibility, tags, links, mentions, media,
           poll, card, quote, reply_to, root, counts{replies, boosts, quotes,
           likes}, liked, boosted, bookmarked, filtered, future, note;
           in a thread also depth and focus
  profile  type "profile", network, account, id, handle, name, bio, fields, posts,
           following, followers
  missing  type "missing", id, network, message, depth: in a thread, a post that
           cannot be read
  account  type "account" (or "removed"), id, network, name, handle, server
  secrets  type "secrets", file, key, key_file (where the secrets' key is)
  config   type "config", and the settings by their names
  paths    type "paths", and where each file is
  version  type "version", version, go, system
  check    type "check", what, result (ok, warn, fail), message, facts, code

id is the same for every account that sees the post: the ActivityPub uri, the
at:// URI or the Nostr event id. A boost is the post that was boosted; sort_time is
then the boost's. Times are RFC 3339 in UTC.

Errors go to standard error as {"type":"error","code":…,"message":…}, with account
and network where one failed. The codes: auth, rate-limited, not-found, offline,
server, refused, malformed, too-large, unsupported, not-mine, usage, internal.`,
	}
}

// exitHelp is the topic that lists the exit codes.
func exitHelp() *cobra.Command {
	return &cobra.Command{
		Use: "exit", Short: "What the exit codes mean",
		Long: `  0    every account answered
  1    failed
  2    the command or the configuration is wrong as written
  3    sign-in is needed
  4    none of the accounts could be reached
  5    some accounts answered, others did not
  130  interrupted`,
	}
}
