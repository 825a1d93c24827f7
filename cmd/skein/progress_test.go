package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"skein/timeline"
)

func TestProgressIsOneLineThatGoesAway(t *testing.T) {
	var out bytes.Buffer
	p := newProgress(quietApp(time.Now))
	p.Delivered(timeline.Delivery{Operation: "op"})
	if p.clear(); p.drawn {
		t.Error("something was drawn where there is no terminal")
	}
	p.w, p.width = &out, 40
	at := func(name string, s timeline.DeliveryState) timeline.Delivery {
		return timeline.Delivery{Operation: "op", Account: timeline.Account{ID: timeline.AccountID(name), Name: name}, State: s}
	}
	p.Delivered(at("one", timeline.Sending), at("two", timeline.Queued))
	p.Delivered(at("one", timeline.Sent), at("a-network-with-a-long-name", timeline.Queued))
	p.clear()
	frames := strings.Split(out.String(), "\r\x1b[K")
	if len(frames) != 4 || frames[0] != "" || frames[3] != "" {
		t.Fatalf("%q", frames)
	}
	if frames[1] != "… one sending   … two queued" {
		t.Errorf("first %q", frames[1])
	}
	if !strings.HasPrefix(frames[2], "✓ one sent   … two queued   … a-netw") || len([]rune(frames[2])) > 39 {
		t.Errorf("then %q", frames[2])
	}
}
