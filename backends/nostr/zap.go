package nostr

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"skein/backends/transport"
	"skein/timeline"
)

// zapped reads a receipt (NIP-57, kind 9735). Who paid, for what, and what they say is
// in the request inside it, which they have signed; the amount is that of the invoice,
// and the request, where it names one, names the same.
func (b *Backend) zapped(n news) (news, bool) {
	raw := []byte(value(n.Tags, "description"))
	if transport.Depth(raw) > frameDepth {
		return n, false
	}
	request, err := parseEvent(raw)
	if err != nil || request.Kind != kindZapRequest || !request.CheckID() || !b.pool.verify.signed(request) {
		return n, false
	}
	if !slices.Equal(named(request.Tags), []string{b.cfg.PubKey}) { // appendix D: one person, who is zapped
		return n, false
	}
	amount, ok := invoiced(value(n.Tags, "bolt11"))
	if asked := value(request.Tags, "amount"); !ok || asked != "" && asked != strconv.FormatInt(amount, 10) {
		return n, false
	}
	n.kind, n.by, n.amount, n.comment = timeline.NoticeZap, request.PubKey, amount, request.Content
	if l, found := target(request.Tags); found {
		if !b.wrote(l, request.Tags) {
			return n, false
		}
		n.about = l.id
	}
	return n, true
}

// invoiced is the amount of a Lightning invoice in millisatoshi, from the part of it
// that a person can read: "lnbc", a number, and m, u, n or p for the thousandth,
// millionth… of a bitcoin.
//
// Source: BOLT 11, Human-Readable Part
func invoiced(bolt11 string) (milli int64, ok bool) {
	const longest = 4096
	if len(bolt11) > longest {
		return 0, false
	}
	end := strings.LastIndexByte(bolt11, '1')
	if end < 0 {
		return 0, false
	}
	head := strings.ToLower(bolt11[:end])
	at := strings.IndexAny(head, "0123456789")
	if at < 0 || !slices.Contains([]string{"lnbc", "lntb", "lntbs", "lnbcrt"}, head[:at]) {
		return 0, false
	}
	const bitcoin = 100_000_000_000 // millisatoshi
	digits, unit := head[at:], int64(bitcoin)
	tenth := false
	switch digits[len(digits)-1] {
	case 'm':
		unit = bitcoin / 1000
	case 'u':
		unit = bitcoin / 1_000_000
	case 'n':
		unit = bitcoin / 1_000_000_000
	case 'p':
		unit, tenth = 1, true
	}
	number := strings.TrimRight(digits, "munp")
	count, err := strconv.ParseInt(number, 10, 64)
	if err != nil || len(digits)-len(number) > 1 || count <= 0 || count > math.MaxInt64/unit {
		return 0, false
	}
	if tenth {
		return count / 10, count%10 == 0
	}
	const all = 21_000_000 * bitcoin
	return count * unit, count*unit <= all
}
