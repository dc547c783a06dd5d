package kds

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/staff"
)

// People is who works here, and who is signed in at a screen.
type People interface {
	OpenSession(ctx context.Context, pin, cook string) (in kitchen.SignedIn, token string, err error)
	Session(ctx context.Context) (kitchen.SignedIn, bool)
	CloseSession(ctx context.Context) error
	Seen(ctx context.Context) error
	Vouch(ctx context.Context, pin, reason string) (context.Context, error)
	PINsNeeded() bool
	Knows(ctx context.Context) bool
	Audit(ctx context.Context, day string, after int64) (lines []staff.Record, intact bool, err error)
}

const (
	sessionCookie = "pizza_session"
	knownCookie   = "pizza_screen" // by which a screen is known at which somebody has signed in
)

// caller says who asks: by the session's cookie, or a bearer token for hands that use curl. X-Screen names the screen for the audit log; wrong
// PINs are counted by the token of a screen that is known, and else by the address: nobody chooses either.
func (s *Server) caller(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, "/api/") {
			next.ServeHTTP(w, r)
			return
		}
		c := staff.Caller{Session: staff.NameOf(tokenOf(r)), Known: knownAs(r), Address: addressOf(r)}
		c.Screen = c.Address
		if name := r.Header.Get("X-Screen"); screenName.MatchString(name) {
			c.Screen = name + "@" + c.Address
		}
		r = r.WithContext(staff.With(r.Context(), c))
		byHand := r.Method != http.MethodGet && r.Method != http.MethodHead && !strings.HasPrefix(r.URL.Path, "/api/screens/")
		if c.Session != "" && byHand { // what a screen says by itself keeps nobody signed in
			if err := s.Kitchen.Seen(r.Context()); err != nil { // the session may end earlier than it would; nothing else is lost
				s.settings.Log.Warn("a session's use could not be written down", "err", err)
			}
		}
		next.ServeHTTP(w, r)
	})
}

func tokenOf(r *http.Request) string {
	if token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		return token
	}
	if c, err := r.Cookie(sessionCookie); err == nil {
		return c.Value
	}
	return ""
}

// knownAs is the name of the screen's own token; empty without one.
func knownAs(r *http.Request) string {
	if c, err := r.Cookie(knownCookie); err == nil {
		return staff.NameOf(c.Value)
	}
	return ""
}

// addressOf is where a request comes from. A machine has a whole network of IPv6 addresses: they are one.
func addressOf(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	at, err := netip.ParseAddr(host)
	if err != nil {
		return host
	}
	at = at.Unmap().WithZone("")
	if at.Is6() && !at.IsLoopback() {
		if net64, err := at.Prefix(64); err == nil {
			return net64.String()
		}
	}
	return at.String()
}

// overridable is the part of a request in which a shift manager gives their word for it.
type overridable struct {
	Override *overrideBody `json:"override"`
}

type overrideBody struct {
	PIN    string `json:"pin"`
	Reason string `json:"reason"`
}

// vouched is the request's context, with the word of whoever gave theirs.
func (s *Server) vouched(r *http.Request, o overridable) (context.Context, error) {
	if o.Override == nil {
		return r.Context(), nil
	}
	return s.Kitchen.Vouch(r.Context(), o.Override.PIN, o.Override.Reason)
}

// vouchedOnly is vouched for a request whose body, if it has one, says nothing else.
func (s *Server) vouchedOnly(w http.ResponseWriter, r *http.Request) (context.Context, error) {
	var body overridable
	if err := readIfAny(w, r, &body); err != nil {
		return nil, err
	}
	return s.vouched(r, body)
}

type sessionView struct {
	SignedIn bool       `json:"signed_in"`
	PINs     string     `json:"pins"` // required or optional
	Token    string     `json:"token,omitempty"`
	Who      string     `json:"who,omitempty"`
	Name     string     `json:"name,omitempty"`
	Role     staff.Role `json:"role,omitempty"`
	Since    *moment    `json:"since,omitempty"`
	Expires  *moment    `json:"expires,omitempty"`
	May      []string   `json:"may"` // of what has a level
}

func (s *Server) sessionView(in kitchen.SignedIn, ok bool) sessionView {
	v := sessionView{SignedIn: ok, PINs: "optional", May: []string{}}
	needed := s.Kitchen.PINsNeeded()
	if needed {
		v.PINs = "required"
	}
	if ok {
		v.Who, v.Name, v.Role = in.Person.ID, in.Person.Name, in.Person.Role
		v.Since, v.Expires = at(in.Session.Began), at(in.Expires())
	}
	for _, l := range staff.Levels() {
		if !needed || ok && in.Person.Role.Covers(l.Role) {
			v.May = append(v.May, string(l.Action))
		}
	}
	return v
}

// session answers GET /api/session: who is signed in at this screen, if anybody.
func (s *Server) session(w http.ResponseWriter, r *http.Request) error {
	in, ok := s.Kitchen.Session(r.Context())
	return respond(w, http.StatusOK, s.sessionView(in, ok))
}

// openSession answers POST /api/session. The token is in a cookie that no script reads; the body has it for programs that keep no cookies.
func (s *Server) openSession(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		PIN  string `json:"pin"`
		Cook string `json:"cook"`
	}
	if err := read(w, r, &body); err != nil {
		return err
	}
	if len(body.Cook) > 64 {
		return invalid("cook", "cook is %d bytes long; it can have up to 64", len(body.Cook))
	}
	in, token, err := s.Kitchen.OpenSession(r.Context(), body.PIN, body.Cook)
	if err != nil {
		return err
	}
	http.SetCookie(w, &http.Cookie{
		Name: sessionCookie, Value: token, Path: "/", Expires: in.Session.Until, HttpOnly: true, Secure: r.TLS != nil, SameSite: http.SameSiteStrictMode,
	})
	if token := in.Known; token != "" {
		s.know(w, r, token)
	} else if c, err := r.Cookie(knownCookie); err == nil {
		s.know(w, r, c.Value) // for as long again
	}
	v := s.sessionView(in, true)
	v.Token = token
	return respond(w, http.StatusCreated, v)
}

// know tells a screen the token by which it is known. It stays when whoever signed in leaves.
func (s *Server) know(w http.ResponseWriter, r *http.Request, token string) {
	http.SetCookie(w, &http.Cookie{
		Name: knownCookie, Value: token, Path: "/", MaxAge: int(staff.KnownFor / time.Second), HttpOnly: true, Secure: r.TLS != nil, SameSite: http.SameSiteStrictMode,
	})
}

// closeSession answers DELETE /api/session.
func (s *Server) closeSession(w http.ResponseWriter, r *http.Request) error {
	if err := s.Kitchen.CloseSession(r.Context()); err != nil {
		return err
	}
	http.SetCookie(w, &http.Cookie{
		Name: sessionCookie, Path: "/", MaxAge: -1, HttpOnly: true, Secure: r.TLS != nil, SameSite: http.SameSiteStrictMode,
	})
	w.WriteHeader(http.StatusNoContent)
	return nil
}
