package api

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"strings"
	"time"

	"awesome.pizza/cloud/ordering"
	"awesome.pizza/shared/problem"
)

// access says who may use a route. Who an order or a driver belongs to is asked by the route itself.
type access int

const (
	anybody access = iota
	staff          // the staff's token
	holder         // staff, or who has the tracking link: ?token=
	ofOrder        // staff, the driver of the order, or for some steps its guest
	driver         // staff, or the driver's secret
)

// String is for the document.
func (a access) String() string {
	return [...]string{
		anybody: "For everybody.",
		staff:   "For staff: the chain's token as bearer. A core that has none takes who shows none for staff.",
		holder:  "For staff, and for who holds the tracking link: its token as `?token=`.",
		ofOrder: "For staff, and for the driver of the order: the driver's secret as bearer.",
		driver:  "For staff, and for the driver: the driver's secret as bearer.",
	}[a]
}

// caller is who sends a request.
type caller struct {
	staff  bool
	open   bool   // there is no staff token: who shows none is staff
	secret string // of a driver, unless staff
	driver string // whose secret it is, where that had to be looked up
}

// drives reports whether the caller can only be a driver.
func (c caller) drives() bool { return c.secret != "" && !c.staff }

type callerKey struct{}

// identifies reads who the caller is.
func (a *API) identifies(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := caller{open: a.settings.StaffToken == ""}
		c.staff = c.open && r.Header.Get("Authorization") == ""
		if kind, token, ok := strings.Cut(r.Header.Get("Authorization"), " "); ok && strings.EqualFold(kind, "Bearer") {
			sum := sha256.Sum256([]byte(token))
			if !c.open && subtle.ConstantTimeCompare(sum[:], a.staff[:]) == 1 {
				c.staff = true
			} else {
				c.secret = token
			}
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), callerKey{}, c)))
	})
}

func callerOf(ctx context.Context) caller {
	c, _ := ctx.Value(callerKey{}).(caller)
	return c
}

// admits refuses who cannot be let in whatever the request is about.
func (a access) admits(ctx context.Context) *Problem {
	c := callerOf(ctx)
	switch {
	case a == anybody || a == holder || c.staff:
		return nil
	case c.secret == "":
		return refuse(http.StatusUnauthorized, "unauthorized", "this wants Authorization: Bearer with a token")
	case a == staff:
		return refuse(http.StatusForbidden, "forbidden", "this is for staff")
	}
	return nil
}

// names finds out who shows a token to a core that has none of its own: a driver, who is then held to what is the driver's. A token that is
// nobody's opens nothing, though none at all would do: who shows one does not mean to be staff.
func (a *API) names(ctx context.Context, who access) (context.Context, error) {
	c := callerOf(ctx)
	if who == anybody || !c.open || c.staff {
		return ctx, nil
	}
	driver, err := a.Drivers.WhoseSecret(ctx, c.secret)
	if err != nil {
		return ctx, err
	}
	if driver == "" {
		return ctx, refuse(http.StatusUnauthorized, "unauthorized", "this token is nobody's: sign in again, or send none: this machine needs no token to be staff")
	}
	c.driver = driver
	return context.WithValue(ctx, callerKey{}, c), nil
}

// readAfter is how long after the end of an order its driver can still read it, and with it where the guest lives.
const readAfter = 15 * time.Minute

// mayRead lets staff and the holder of the tracking link read an order, and its driver until a little after its end. To others it does not
// exist. Who shows a token of a link is held to it, unless it is staff who proved to be.
func (a *API) mayRead(ctx context.Context, r *ordering.Record, token string) error {
	c := callerOf(ctx)
	switch {
	case c.staff && (token == "" || !c.open), fits(token, r):
		return nil
	case token == "" && c.drives() && a.isDriver(ctx, r) && !a.longOver(r):
		return nil
	}
	return problem.New(problem.NotFound, "no_such_order", "there is no such order")
}

// fits reports whether a token is the one of an order's tracking link.
func fits(token string, r *ordering.Record) bool {
	return token != "" && subtle.ConstantTimeCompare([]byte(token), []byte(r.Token)) == 1
}

func (a *API) longOver(r *ordering.Record) bool {
	n := len(r.Steps)
	return r.Status().Terminal() && n > 0 && a.now().Sub(r.Steps[n-1].At) > readAfter
}

func (a *API) isDriver(ctx context.Context, r *ordering.Record) bool {
	return r.Driver != nil && a.isMe(ctx, r.Driver.ID) == nil
}

// deedOf is a step of an order's delivery, done at an instant if known: by its driver, whom the step is then held to, or by staff.
func (a *API) deedOf(ctx context.Context, r *ordering.Record, at *time.Time) (ordering.Deed, error) {
	var d ordering.Deed
	if at != nil {
		d.At = *at
	}
	c := callerOf(ctx)
	switch {
	case c.drives() && a.isDriver(ctx, r):
		d.Driver, d.By = r.Driver.ID, ordering.ByDriver(r.Driver.ID)
	case c.staff:
		d.By = ordering.ByStaff
	default:
		return d, problem.New(problem.Refused, "not_your_order", "the order is not on its way with you")
	}
	return d, nil
}

// isMe lets staff and the driver do what is the driver's.
func (a *API) isMe(ctx context.Context, id string) error {
	c := callerOf(ctx)
	switch {
	case c.staff || c.driver != "" && c.driver == id:
		return nil
	case c.driver != "":
		return problem.New(problem.Refused, "bad_login", "driver and secret do not go together")
	}
	_, err := a.Drivers.DriverBySecret(ctx, id, c.secret)
	return err
}
