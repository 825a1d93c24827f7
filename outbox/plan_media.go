package outbox

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/rivo/uniseg"

	"skein/timeline"
)

// addMedia puts the files on the first post. What the server can never take is
// refused; a picture that is only too large is made smaller by Add.
func (b *builder) addMedia() {
	files, l := b.draft.Media, b.target.Limits
	if len(files) == 0 {
		return
	}
	switch {
	case l.Media == 0:
		b.refuse("nothing can be attached here")
	case len(files) > l.Media:
		b.refuse("%d of %d attachments", len(files), l.Media)
	}
	bare := 0
	for i, f := range files {
		b.plan.Intent.Parts[0].Media = append(b.plan.Intent.Parts[0].Media, timeline.Attachment{
			Path: f.Path, Type: f.Type, Kind: f.Kind, Alt: f.Alt,
			Width: f.Width, Height: f.Height, Size: f.Size, Duration: f.Duration,
		})
		if strings.TrimSpace(f.Alt) == "" {
			bare++
		}
		if n := utf8.RuneCountInString(f.Alt); l.Alt > 0 && n > l.Alt {
			b.refuse("the alt text of attachment %d has %d of %d characters", i+1, n, l.Alt)
		}
		if l.Media > 0 && !typeTaken(l.Types, f.Type) {
			b.refuse("%s cannot be attached here", f.Type)
		}
		if most := fixedSize(f.Kind, l); most > 0 && f.Size > most {
			b.refuse("attachment %d has %d of %d bytes", i+1, f.Size, most)
		}
	}
	switch {
	case bare == 1 && len(files) == 1:
		b.remark(timeline.Note, "the attachment has no alt text")
	case bare > 0:
		b.remark(timeline.Note, "%d of %d attachments have no alt text", bare, len(files))
	}
}

// typeTaken tells whether a MIME type is among those that a server takes, which may
// be as general as image/*.
func typeTaken(types []string, t string) bool {
	return types == nil || slices.ContainsFunc(types, func(taken string) bool {
		general, ok := strings.CutSuffix(taken, "*")
		return strings.EqualFold(taken, t) || ok && strings.HasPrefix(t, general)
	})
}

// fixedSize is the most bytes of what skein does not make smaller; 0 for no limit.
func fixedSize(k timeline.MediaKind, l timeline.Limits) int64 {
	switch k {
	case timeline.Image:
		return 0
	case timeline.GIF:
		return l.ImageBytes
	}
	return l.VideoBytes
}

// addPoll puts the poll on the first post, or plans a link to the one that another
// target holds.
func (b *builder) addPoll() {
	p, l := b.draft.Poll, b.target.Limits
	if p == nil {
		return
	}
	if l.PollOptions == 0 {
		if b.host == "" {
			b.refuse("there are no polls on %s", networkName(b.target.Account.Network))
			return
		}
		host, _ := b.find(b.host)
		b.plan.After, b.poll = b.host, pollPlaceholder(host.Account)
		b.remark(timeline.Loss, "the poll becomes a link to the one on %s", networkName(host.Account.Network))
		return
	}
	b.plan.Intent.Parts[0].Poll = p
	switch n := len(p.Options); {
	case n < 2:
		b.refuse("a poll has two options at least")
	case n > l.PollOptions:
		b.refuse("%d of %d poll options", n, l.PollOptions)
	}
	for i, o := range p.Options {
		switch n := uniseg.GraphemeClusterCount(o); {
		case strings.TrimSpace(o) == "":
			b.refuse("poll option %d is empty", i+1)
		case l.PollOption > 0 && n > l.PollOption:
			b.refuse("poll option %d has %d of %d characters", i+1, n, l.PollOption)
		case slices.Contains(p.Options[:i], o):
			b.refuse("poll option %d is there twice", i+1)
		}
	}
	switch {
	case l.PollMin > 0 && p.Lasts < l.PollMin:
		b.refuse("a poll lasts %s at least", shortDuration(l.PollMin))
	case l.PollMax > 0 && p.Lasts > l.PollMax:
		b.refuse("a poll lasts %s at most", shortDuration(l.PollMax))
	}
}

// shortDuration is "7 days" or "5m" and not "168h0m0s" or "5m0s".
func shortDuration(d time.Duration) string {
	const day = 24 * time.Hour
	if d > day && d%day == 0 {
		return strconv.Itoa(int(d/day)) + " days"
	}
	s := d.String()
	for _, zero := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(s, zero) {
			s = s[:len(s)-2]
		}
	}
	return s
}
