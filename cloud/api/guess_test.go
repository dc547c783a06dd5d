package api_test

import (
	"sync"
	"sync/atomic"
	"testing"

	"awesome.pizza/cloud/api"
)

// claimFrom asks for an enrolment from an address.
func (c *chain) claimFrom(t *testing.T, from, code, key string) reply {
	t.Helper()
	return c.call(t, req{"POST", "/api/fleet/claim", map[string]any{"code": code, "public_key": key}, map[string]string{"X-Forwarded-For": from}})
}

// behindProxy is a chain that believes whoever says on this machine where a request comes from.
func behindProxy(t *testing.T) *chain {
	t.Helper()
	return open(t, func(_ *api.Deps, s *api.Settings) { s.Proxies = []string{"127.0.0.0/8"} })
}

// A stranger cannot try codes of enrolment one after the other; who does is still a guest.
func TestCodesOfEnrolmentAreGuessedSlowly(t *testing.T) {
	t.Parallel()
	c := behindProxy(t)
	for range 30 {
		c.claimFrom(t, "198.51.100.7", "GUES-SING", "U").refused(t, 403, "bad_code")
	}
	if a := c.claimFrom(t, "198.51.100.7", "GUES-SING", "U").refused(t, 429, "too_many_requests"); a.header.Get("Retry-After") == "" {
		t.Errorf("no Retry-After: %v", a.header)
	}
	code, _ := c.post(t, "/api/fleet/r1/enroll", nil).is(t, 200).at("code").(string)
	c.claimFrom(t, "198.51.100.7", code, "U").refused(t, 429, "too_many_requests") // not even whether it has guessed right
	c.claimFrom(t, "2001:db8::1", "GUES-SING", "U").refused(t, 403, "bad_code")
	c.call(t, req{"GET", "/api/restaurants", nil, map[string]string{"X-Forwarded-For": "198.51.100.7"}}).is(t, 200)
}

func TestGuessesAtOnceAreNoMoreThanOneAfterTheOther(t *testing.T) {
	t.Parallel()
	c := behindProxy(t)
	var tried, held atomic.Int32
	var all sync.WaitGroup
	for range 60 {
		all.Go(func() {
			switch a := c.claimFrom(t, "198.51.100.7", "GUES-SING", "U"); a.status {
			case 403:
				tried.Add(1)
			case 429:
				held.Add(1)
			default:
				t.Errorf("answered %d: %s", a.status, a.body)
			}
		})
	}
	all.Wait()
	if tried.Load() > 30 || tried.Load()+held.Load() != 60 {
		t.Errorf("%d codes were tried, %d were not", tried.Load(), held.Load())
	}
}

func TestWhoKnowsItsCodeIsNotTakenForAGuesser(t *testing.T) {
	t.Parallel()
	c := behindProxy(t)
	code, _ := c.post(t, "/api/fleet/r1/enroll", nil).is(t, 200).at("code").(string)
	for range 40 { // boxes of a region, set up in one office
		c.claimFrom(t, "198.51.100.7", code, "UNODE").is(t, 200)
	}
	for range 30 {
		c.claimFrom(t, "198.51.100.7", "MIS-TYPED", "UNODE").refused(t, 403, "bad_code")
	}
	c.claimFrom(t, "198.51.100.7", "MIS-TYPED", "UNODE").refused(t, 429, "too_many_requests")
}
