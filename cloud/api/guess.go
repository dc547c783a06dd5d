package api

import (
	"math"
	"net/http"
	"sync"
	"time"

	"github.com/go-chi/chi/v5/middleware"
	"github.com/go-chi/httprate"
)

// guesses lets each client be refused so many times in a sliding minute, and then has it wait. Who guesses does so slowly; who knows is not held up
// by how many others come the same way, like the boxes of a region that are set up in one office. What is not answered yet counts as refused.
type guesses struct {
	most    int
	refused *httprate.RateLimiter

	mu   sync.Mutex
	open map[string]int // requests under way, by client
}

func guess(perMinute int) *guesses {
	return &guesses{most: perMinute, refused: httprate.NewRateLimiter(perMinute, time.Minute), open: map[string]int{}}
}

func (g *guesses) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who := clientOf(r)
		if !g.enter(who) {
			w.Header().Set("Retry-After", "60")
			tooMany(w, g.most)
			return
		}
		ww := middleware.NewWrapResponseWriter(w, r.ProtoMajor)
		defer func() { g.leave(ww, r, who) }()
		next.ServeHTTP(ww, r)
	})
}

// enter reports whether a client may try.
func (g *guesses) enter(who string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	_, rate, err := g.refused.Status(who)
	if err != nil || int(math.Round(rate))+g.open[who] >= g.most {
		return false
	}
	g.open[who]++
	return true
}

// leave counts what was refused.
func (g *guesses) leave(w middleware.WrapResponseWriter, r *http.Request, who string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.open[who]--; g.open[who] == 0 {
		delete(g.open, who)
	}
	if w.Status() >= 400 && w.Status() < 500 {
		g.refused.OnLimit(w, r, who) // it counts; the answer has been written
	}
}
