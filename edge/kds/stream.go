package kds

import (
	"net/http"
	"slices"
	"strconv"
	"time"
)

// stuck is how long a screen may take to receive one event before it is dropped.
const stuck = 10 * time.Second

// stream answers GET /api/board/stream: a snapshot, or what was missed since Last-Event-ID, then every change as it is committed.
// A screen that does not keep up loses its stream, comes back and starts from a snapshot.
func (s *Server) stream(w http.ResponseWriter, r *http.Request) error {
	screen := r.URL.Query().Get("screen") // which one listens, if it says so
	if screen != "" && !screenName.MatchString(screen) {
		return invalid("screen", "a screen's name is 1 to 64 letters, digits, dots, dashes or underscores")
	}
	stand, err := s.seats.take(addressOf(r), s.Kitchen.Knows(r.Context()))
	if err != nil {
		return err
	}
	defer stand()
	seen, err := strconv.ParseUint(r.Header.Get("Last-Event-ID"), 10, 64)
	missed, through, frames, leave := s.caster.join(seen, err == nil)
	defer leave()
	if missed == nil {
		first, err := s.caster.snapshot(r.Context(), through)
		if err != nil {
			return err
		}
		missed, seen = []frame{first}, first.seq
	}
	around := surroundings{server: s}
	start := slices.Concat(missed, around.news())
	if hello, err := unnumbered("hello", map[string]any{"now": at(s.Clock.Now()), "ui": s.ui()}); err == nil {
		start = append(start, hello)
	}

	defer s.presence.join(screen, s.Clock.Now)()
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")
	out := glassWriter{w, http.NewResponseController(w)}
	if out.control.SetReadDeadline(time.Time{}) != nil { // the request is read; the stream has no end
		return nil
	}
	for _, f := range start {
		seen = max(seen, f.seq)
		if !out.write(f.text) {
			return nil
		}
	}
	s.pour(r, out, frames, seen)
	return nil
}

// pour passes frames on until the screen leaves, is dropped, or the node stops.
func (s *Server) pour(r *http.Request, out glassWriter, frames <-chan frame, seen uint64) {
	beat := time.NewTicker(s.settings.Heartbeat)
	defer beat.Stop()
	for {
		select {
		case <-r.Context().Done():
			return
		case f, open := <-frames:
			if !open {
				return
			}
			if f.seq != 0 && f.seq <= seen {
				continue // the snapshot has it
			}
			if !out.write(f.text) {
				return
			}
		case <-beat.C:
			if !out.write([]byte(": beat\n\n")) {
				return
			}
		}
	}
}

// glassWriter writes to one screen, which must take what it gets in time.
type glassWriter struct {
	http.ResponseWriter
	control *http.ResponseController
}

func (g glassWriter) write(text []byte) bool {
	if g.control.SetWriteDeadline(time.Now().Add(stuck)) != nil {
		return false
	}
	if _, err := g.Write(text); err != nil {
		return false
	}
	return g.control.Flush() == nil
}
