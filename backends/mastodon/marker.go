package mastodon

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"

	"skein/timeline"
)

// markerTries is how often a mark is written that other clients move meanwhile.
const markerTries = 4

// Marker implements timeline.Marker. A server without marks is CodeUnsupported.
//
// Source: docs.joinmastodon.org/methods/markers#get
func (b *Backend) Marker(ctx context.Context) (string, error) {
	a, err := b.open(ctx)
	if err != nil {
		return "", b.failed("read mark", err)
	}
	at, err := a.marker(ctx, markHome)
	if err != nil {
		return "", b.failed("read mark", err)
	}
	return at, nil
}

// SetMarker implements timeline.Marker. The server puts the mark wherever it is told,
// so it is read first, and again when another client wrote at the same time; a mark
// that is further on stays.
//
// Source: docs.joinmastodon.org/methods/markers#create
func (b *Backend) SetMarker(ctx context.Context, serverID string) error {
	if err := b.setMarker(ctx, markHome, serverID); err != nil {
		return b.failed("read mark", err)
	}
	return nil
}

func (b *Backend) setMarker(ctx context.Context, of, to string) error {
	if !validID(to) {
		return timeline.Errorf(timeline.CodeUsage, "%s: not the id of a post: %s", b.base.Host, to)
	}
	a, err := b.open(ctx)
	if err != nil {
		return err
	}
	for range markerTries {
		at, err := a.marker(ctx, of)
		if err != nil {
			return err
		}
		if at != "" && !newer(to, at) {
			return nil
		}
		got, err := a.putMarker(ctx, of, to)
		switch {
		case err != nil:
			return err
		case got.status == http.StatusConflict:
			continue
		case !got.good():
			return got.markerFault(a.base.Host)
		}
		return nil
	}
	return timeline.Errorf(timeline.CodeServer, "%s: other clients move the mark all the time", b.base.Host)
}

// The timelines that have a mark.
const (
	markHome    = "home"
	markNotices = "notifications"
)

// marks are Marker entities by the name of their timeline.
//
// Source: docs.joinmastodon.org/entities/Marker
type marks map[string]mark

type mark struct {
	LastRead anyID `json:"last_read_id"`
}

// marker is the server's mark in a timeline; "" where there is none yet.
func (a *api) marker(ctx context.Context, of string) (string, error) {
	got, err := a.ask(ctx, http.MethodGet, "/api/v1/markers?"+url.Values{"timeline[]": {of}}.Encode())
	if err != nil {
		return "", err
	}
	if !got.good() {
		return "", got.markerFault(a.base.Host)
	}
	var m marks
	if err := json.Unmarshal(got.body, &m); err != nil {
		return "", err
	}
	if at := string(m[of].LastRead); validID(at) {
		return at, nil
	}
	return "", nil
}

func (a *api) putMarker(ctx context.Context, of, to string) (answer, error) {
	body, err := json.Marshal(marks{of: mark{anyID(to)}})
	if err != nil {
		return answer{}, err
	}
	req, err := a.request(ctx, http.MethodPost, "/api/v1/markers", bytes.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := a.Do(req)
	if err != nil {
		return answer{}, err
	}
	return readAnswer(resp)
}

// markerFault is fault; where the call is not there the server keeps no marks.
func (r answer) markerFault(host string) *timeline.Error {
	if r.missing() {
		return timeline.Errorf(timeline.CodeUnsupported, "%s keeps no read marks", host)
	}
	return r.fault(host)
}
