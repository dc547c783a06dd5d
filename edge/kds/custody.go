package kds

import (
	"net/http"
	"regexp"
	"sync"
	"time"

	"github.com/go-chi/chi/v5"

	"awesome.pizza/shared/order"
)

// Custody remembers which screen showed a ticket first, and when. It forgets the oldest: what matters is whether a new ticket is seen.
type Custody struct {
	mu    sync.Mutex
	first map[order.ID]Shown
	age   []order.ID
}

// Shown is the first time a ticket was on a glass.
type Shown struct {
	Screen string
	At     time.Time
}

// custodyMost is a busy week's worth of tickets.
const custodyMost = 10_000

// NewCustody makes an empty one.
func NewCustody() *Custody { return &Custody{first: map[order.ID]Shown{}} }

// Rendered records that a screen has shown tickets. Only the first time counts.
func (c *Custody) Rendered(screen string, at time.Time, orders ...order.ID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, id := range orders {
		if _, known := c.first[id]; known {
			continue
		}
		c.first[id] = Shown{screen, at}
		c.age = append(c.age, id)
	}
	if over := len(c.age) - custodyMost; over > 0 {
		for _, id := range c.age[:over] {
			delete(c.first, id)
		}
		c.age = append([]order.ID(nil), c.age[over:]...)
	}
}

// First tells when a ticket was first on a glass; ok is false when none has shown it.
func (c *Custody) First(id order.ID) (s Shown, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s, ok = c.first[id]
	return s, ok
}

var screenName = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

// rendered answers POST /api/screens/{id}/rendered. Orders the kitchen does not know are refused: a screen cannot have seen them.
func (s *Server) rendered(w http.ResponseWriter, r *http.Request) error {
	screen := chi.URLParam(r, "id")
	if !screenName.MatchString(screen) {
		return invalid("id", "a screen's name is 1 to 64 letters, digits, dots, dashes or underscores")
	}
	var body struct {
		Tickets []order.ID `json:"tickets"`
	}
	if err := read(w, r, &body); err != nil {
		return err
	}
	if len(body.Tickets) == 0 || len(body.Tickets) > 500 {
		return invalid("tickets", "tickets must list 1 to 500 orders")
	}
	for _, id := range body.Tickets {
		if _, err := s.Kitchen.Ticket(r.Context(), id); err != nil {
			return err
		}
	}
	s.settings.Glass.Rendered(screen, s.Clock.Now(), body.Tickets...)
	w.WriteHeader(http.StatusNoContent)
	return nil
}
