package courier_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"awesome.pizza/cloud/courier"
	"awesome.pizza/shared/problem"
)

// The example of docs/COURIERS.md, computed with another program: printf '1783080000.{"id":"m-1"}' | openssl dgst -sha256 -hmac swift-and-secret-1
func TestASignatureIsWhatTheDocumentSays(t *testing.T) {
	t.Parallel()
	got := courier.Sign("swift-and-secret-1", "1783080000", []byte(`{"id":"m-1"}`))
	if want := "v1=24fdaa9face332107534a2d7b84ae87f64449aa53f5bc046adf10b5aeb6b29e3"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestOnlyAFreshMessageOfTheCompanyIsHeard(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_783_080_000, 0)
	body, secrets := []byte(`{"id":"m-1"}`), []string{"the-old-secret-0001", "the-new-secret-0002"}
	stamp := func(off time.Duration) string { return strconv.FormatInt(now.Add(off).Unix(), 10) }
	good := courier.Sign(secrets[1], stamp(0), body)
	for _, c := range []struct{ name, stamp, signature, code string }{
		{"as it should be", stamp(0), good, ""},
		{"with the old secret", stamp(0), courier.Sign(secrets[0], stamp(0), body), ""},
		{"one of two signatures", stamp(0), "v1=00, " + good, ""},
		{"at the edge of the window", stamp(-courier.Window), courier.Sign(secrets[0], stamp(-courier.Window), body), ""},
		{"a replay of long ago", stamp(-courier.Window - time.Second), courier.Sign(secrets[0], stamp(-courier.Window-time.Second), body), "stale_signature"},
		{"of the future", stamp(courier.Window + time.Second), courier.Sign(secrets[0], stamp(courier.Window+time.Second), body), "stale_signature"},
		{"an old message with a new time", stamp(time.Second), good, "bad_signature"},
		{"another's secret", stamp(0), courier.Sign("somebody-elses-0003", stamp(0), body), "bad_signature"},
		{"another body", stamp(0), courier.Sign(secrets[0], stamp(0), []byte(`{"id":"m-2"}`)), "bad_signature"},
		{"a request of ours, sent back", stamp(0), courier.SignRequest(secrets[0], stamp(0), "POST", "/quotes", body), "bad_signature"},
		{"none", stamp(0), "", "bad_signature"},
		{"no version", stamp(0), good[3:], "bad_signature"},
		{"no time", "", courier.Sign(secrets[0], "", body), "bad_signature"},
		{"a time that is none", "soon", courier.Sign(secrets[0], "soon", body), "bad_signature"},
		{"the good one behind many", stamp(0), strings.Repeat("v1=00,", 8) + good, "bad_signature"},
	} {
		err := courier.Verify(secrets, c.stamp, c.signature, body, now)
		if c.code == "" && err != nil || c.code != "" && (problem.Of(err) == nil || problem.Of(err).Code != c.code) {
			t.Errorf("%s: %v, want %q", c.name, err, c.code)
		}
	}
	if courier.Verify(nil, stamp(0), good, body, now) == nil {
		t.Error("without a secret everybody is believed")
	}
}
