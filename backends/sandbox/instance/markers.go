package instance

import (
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// marker is how far somebody has read a timeline.
type marker struct {
	lastRead string
	version  int
	updated  time.Time
}

type markerEntity struct {
	LastRead string `json:"last_read_id"`
	Version  int    `json:"version"`
	Updated  string `json:"updated_at"`
}

func (m marker) entity() markerEntity {
	return markerEntity{m.lastRead, m.version, timestamp(m.updated)}
}

// timelines are those that have a marker.
func timelines() []string { return []string{"home", "notifications"} }

// getMarkers answers for the timelines that were asked for and have a marker.
//
// Source: app/controllers/api/v1/markers_controller.rb
func getMarkers(c *call) (any, error) {
	q := c.URL.Query()
	out := map[string]markerEntity{}
	for _, name := range append(q["timeline[]"], q["timeline"]...) {
		if m, ok := c.viewer.markers[name]; ok {
			out[name] = m.entity()
		}
	}
	return out, nil
}

// postMarkers sets markers to whatever it is told: it is the clients who must not
// move them back.
func postMarkers(c *call) (any, error) {
	to, err := c.wantedMarkers()
	if err != nil {
		return nil, err
	}
	if rival := c.viewer.rival; rival != "" {
		c.viewer.rival = ""
		c.viewer.mark("home", rival, c.s.opts.Now())
		return nil, refusal{http.StatusConflict, "Conflict during update, please try again"}
	}
	out := map[string]markerEntity{}
	for _, name := range timelines() {
		if id, ok := to[name]; ok {
			out[name] = c.viewer.mark(name, id, c.s.opts.Now()).entity()
		}
	}
	return out, nil
}

func (p *person) mark(name, id string, now time.Time) marker {
	id = strconv.FormatUint(parseID(id), 10) // it is kept as a number
	m := p.markers[name]
	if m.lastRead != id {
		m = marker{lastRead: id, version: m.version + 1, updated: now}
		p.markers[name] = m
	}
	return m
}

// wantedMarkers reads the body, a form or JSON.
func (c *call) wantedMarkers() (map[string]string, error) {
	raw, err := io.ReadAll(http.MaxBytesReader(nil, c.Body, maxBody))
	if err != nil {
		return nil, refusal{http.StatusRequestEntityTooLarge, "Request entity too large"}
	}
	to := map[string]string{}
	if kind, _, _ := mime.ParseMediaType(c.Header.Get("Content-Type")); kind == "application/json" {
		var body map[string]struct {
			LastRead string `json:"last_read_id"`
		}
		if err := json.Unmarshal(raw, &body); err != nil {
			return nil, refusal{http.StatusBadRequest, "Error occurred while parsing request parameters"}
		}
		for name, m := range body {
			to[name] = m.LastRead
		}
	} else {
		form, err := url.ParseQuery(string(raw))
		if err != nil {
			return nil, refusal{http.StatusBadRequest, "Error occurred while parsing request parameters"}
		}
		for _, name := range timelines() {
			if form.Has(name + "[last_read_id]") {
				to[name] = form.Get(name + "[last_read_id]")
			}
		}
	}
	return to, nil
}

// Contend has another client of a person's move their home marker to lastRead in the
// middle of the next update of it, which is answered with a conflict.
func (s *Server) Contend(person, lastRead string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.town.people[person]; p != nil {
		p.rival = lastRead
	}
}
