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
		staff:   "For staff: the chain's token as bearer.",
		holder:  "For staff, and for who holds the tracking link: its token as `?token=`.",
		ofOrder: "For staff, and for the driver of the order: the driver's secret as bearer.",
		driver:  "For staff, and for the driver: the driver's secret as bearer.",
	}[a]
}

// caller is who sends a request.
type caller struct {
	staff  bool
	open   bool   // there is no staff token: everybody is staff
	secret string // of a driver, unless staff
}

type callerKey struct{}

// identifies reads who the caller is.
func (a *API) identifies(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := caller{open: a.settings.StaffToken == ""}
		c.staff = c.open
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

// mayRead lets staff and the holder of the tracking link read an order. To others it does not exist.
func (a *API) mayRead(ctx context.Context, r *ordering.Record, token string) error {
	if callerOf(ctx).staff || token != "" && subtle.ConstantTimeCompare([]byte(token), []byte(r.Token)) == 1 {
		return nil
	}
	if token == "" && callerOf(ctx).secret != "" && a.isDriver(ctx, r) {
		return nil
	}
	return problem.New(problem.NotFound, "no_such_order", "there is no such order")
}

func (a *API) isDriver(ctx context.Context, r *ordering.Record) bool {
	if r.Driver == nil {
		return false
	}
	_, err := a.Drivers.DriverBySecret(ctx, r.Driver.ID, callerOf(ctx).secret)
	return err == nil
}

// deedOf is a step of an order's delivery, done at an instant if known: by its driver, whom the step is then held to, or by staff.
func (a *API) deedOf(ctx context.Context, r *ordering.Record, at *time.Time) (ordering.Deed, error) {
	var d ordering.Deed
	if at != nil {
		d.At = *at
	}
	c := callerOf(ctx)
	switch {
	case c.secret != "" && a.isDriver(ctx, r):
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
	if c.staff {
		return nil
	}
	_, err := a.Drivers.DriverBySecret(ctx, id, c.secret)
	return err
}
