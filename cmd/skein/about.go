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

// jsonText is the schema, as it is promised.
const jsonText = `With --json each command prints one JSON object a line (NDJSON). Fields are only
ever added; these never change:

  post     type "post", id, short, network, account, url, author{id, handle,
           name}, text, created_at, sort_time
           and, where they apply: edited_at, boost{id, author, at}, warning,
           sensitive, labels, languages, visibility, tags, links, mentions, media,
           poll, card, quote, reply_to, root, counts{replies, boosts, quotes,
           likes}, liked, boosted, bookmarked, filtered, muted, future, note;
           in a thread also depth and focus, of a search also snippet, of show
           --translate also translation{text, warning, from, to, provider},
           of a direct message also conversation (its short id)
  conversation
           type "conversation", id, short, network, account, people[{id, handle,
           name}] (the others), unread; and, where they apply: last (a post), muted,
           request (not answered yet), old (an old form), closed (why nothing can be
           written to it)
  notification  type "notification", kind (mention, reply, quote, boost, like, follow,
           follow-request, poll, edit, post, zap, other), created_at, who, what, unread,
           networks[{network, people}], members[{id, network, account, kind, created_at,
           read; and, where they apply: author, post (an id), text, amount_msat}]; and,
           where they apply: text, post (as above), amount_msat
  profile  type "profile", network, account, id, handle, name, bio, fields, posts,
           following, followers; and, where they apply: url, verified, bot,
           created_at, locked, followed, followed_by, requested, muted, blocked,
           moved; of who also did: like or boost
           of an account's list, post and profile have list, too: posts, follows,
           mutes, blocks, bookmarks or likes
  feed     type "feed", name (for timeline --feed), title, accounts; and about
  list     type "list", network, account, id, title (of people)
  tag      type "tag", network, account, name, url, uses (lately), follow
  import   type "import", what, account, new, there, left_out, dry_run
  archive  type "archive", folder, account, files, missing, complete
  receipt  type "receipt", operation, account, network, kind (post, edit, delete,
           boost, like, bookmark, follow, follow-tag, mute, block, message,
           receive, report, admit, list, enlist), state, id, url, summary,
           tries, created_at, updated_at; and, where they apply: undo, ids and urls (of the
           posts of a thread), error{code, message}, servers[{server, taken, final,
           message}], note, due (when it goes on by itself).
           state: scheduled, waiting, queued, preparing, ready, sending, unknown (the
           answer was lost and is being found out); and at the end sent, refused,
           unconfirmed (nothing tells), cancelled
  plan     type "plan", account, network, refused, parts[{text, characters, bytes,
           limit, unit, over, spans[{kind, text, target}]}],
           remarks[{severity (note, loss, refused), message}], after
  draft    type "draft", id, accounts, text, updated_at
  person   type "person" (or "removed"), name, handles[{network, handle, id, url}]
  mute     type "mute", id, what (person, word, network), created_at; and, where they
           apply: word, network, name, handles[{network, handle, id, url}], until, undone
  filter   type "filter", network, account, what, title, where, hides, until: of
           mute list --networks
  missing  type "missing", id, network, message, depth: in a thread, a post that
           cannot be read
  account  type "account" (or "removed"), id, network, name, handle, server, locked
           (its key opens with a passphrase);
           when removed also revoked (whether the server ended the sign-in), note
  relay    type "relay", account, url, own (the account has it here), published (in your
           list, NIP-65), error (why it does not answer)
  secrets  type "secrets", file, key, key_file (where the secrets' key is)
  config   type "config", and the settings by their names
  paths    type "paths", and where each file is
  version  type "version", version, go, system
  cache    type "cache", file, posts, people, networks{}, oldest, newest, bytes,
           index_bytes, damaged_bytes, max_bytes; "trimmed" with posts, bytes
           (freed), dry_run; "cleared" with posts
  check    type "check", what, result (ok, warn, fail), message, facts, code

id is the same for every account that sees the post: the ActivityPub uri, the
at:// URI or the Nostr event id. short is made of it, seven letters and digits, the
same everywhere; commands take it for a post that was read before. A boost is the post that was boosted; sort_time is
then the boost's. Times are RFC 3339 in UTC.

Errors go to standard error as {"type":"error","code":…,"message":…}, with account
and network where one failed, and draft where one was kept. The codes: auth, rate-limited, not-found, offline,
server, refused, malformed, too-large, unsupported, not-mine, usage, internal.`

// jsonHelp is the topic that describes the JSON output.
func jsonHelp() *cobra.Command {
	return &cobra.Command{
		Use: "json", Short: "What --json prints",
		Long: jsonText,
	}
}

// exitHelp is the topic that lists the exit codes.
func exitHelp() *cobra.Command {
	return &cobra.Command{
		Use: "exit", Short: "What the exit codes mean",
		Long: `Reading (timeline, notifications, show, thread, profile, dm, account check, doctor):

  0    every account answered
  4    none of the accounts could be reached
  5    some accounts answered, others did not; or: it is printed as it was read before

timeline --cached and search ask nobody: 0, also where nothing is found.

export and archive: 0 where all of it is there, 5 where some could not be read.

import: 0 when all that is new was added, 5 where some was left out; else as Writing.
A list that could not be read: 4, and nothing was changed.

Writing (post, reply, dm send, edit, delete, boost, like, bookmark, follow, mute, block,
report, requests, outbox drain and outbox retry):

  0    sent everywhere, or planned for later as you asked; with --no-wait: safely in
       the outbox
  1    refused for good somewhere, or nothing tells what became of it
  4    sent nowhere yet; the outbox keeps all of it
  5    sent to some; the outbox keeps the rest
  6    refused before anything was sent: too long, to a target that there is not, with
       a file that cannot be sent, or further than you meant; the draft is kept

Everywhere:

  0    done
  1    failed
  2    the command or the configuration is wrong as written
  3    sign-in is needed
  6    refused before anything was changed; --yes means it
  130  interrupted; what was in the outbox by then is still there`,
	}
}
