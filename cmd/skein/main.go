// Command skein reads Mastodon, Bluesky and Nostr as one timeline, in a terminal
// and from scripts.
package main

import "os"

func main() { os.Exit(run(os.Args[1:], standard())) }
