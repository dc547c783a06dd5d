package uplink_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nkeys"

	"awesome.pizza/edge/uplink"
)

// cloud answers claims as handle says and counts them.
func cloud(t *testing.T, handle func(w http.ResponseWriter, asked int, code, key string)) (url string) {
	t.Helper()
	var asked atomic.Int32
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body struct {
			Code string `json:"code"`
			Key  string `json:"public_key"`
		}
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil || r.URL.Path != "/api/fleet/claim" || r.Method != http.MethodPost {
			t.Errorf("%s %s: %v", r.Method, r.URL.Path, err)
		}
		w.Header().Set("Connection", "close")
		handle(w, int(asked.Add(1)), body.Code, body.Key)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

func either() []time.Time { return []time.Time{time.Now()} }

// nobody hears of tries that failed.
func nobody(error) {}

func TestANodeMakesItsKeyAndRemembersWhereItBelongs(t *testing.T) {
	t.Parallel()
	var told string
	url := cloud(t, func(w http.ResponseWriter, asked int, code, key string) {
		if asked == 1 {
			w.WriteHeader(http.StatusServiceUnavailable) // not there yet
			return
		}
		told = key
		_, _ = w.Write([]byte(`{"restaurant":"r1","jwt":"token","leaves":["nats-leaf://hub:7422"],"clients":["nats://hub:4222"],"time_zone":"Europe/Rome",
			"proof":{"doc":"e30=","sig":"c2lnbmVk"},"code":"` + code + `"}`))
	})
	dir := t.TempDir()
	made, err := uplink.Enrol(t.Context(), dir, url, "CODE", either, nobody)
	if err != nil {
		t.Fatal(err)
	}
	again, err := uplink.LoadEnrolment(dir)
	if err != nil || again.Restaurant != "r1" || again.Device != told || again.Seed != made.Seed || again.TimeZone != "Europe/Rome" {
		t.Errorf("remembered %+v, %v", again, err)
	}
	if p := again.Proof; p == nil || string(p.Doc) != "{}" || string(p.Sig) != "signed" {
		t.Errorf("what proves its enrolment is %+v", p)
	}
	pair, err := nkeys.FromSeed([]byte(again.Seed))
	if err != nil {
		t.Fatal(err)
	}
	if public, _ := pair.PublicKey(); public != told {
		t.Errorf("the cloud was told key %s, the node's is %s", told, public)
	}
	info, err := os.Stat(filepath.Join(dir, "enrolment.json"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the node's key lies open: %v, %v", info.Mode(), err)
	}
}

func TestARefusedCodeIsNotAskedForAgain(t *testing.T) {
	t.Parallel()
	var times int
	url := cloud(t, func(w http.ResponseWriter, asked int, _, _ string) {
		times = asked
		w.WriteHeader(http.StatusForbidden)
		_, _ = w.Write([]byte(`{"detail":"the enrolment code is unknown, used or too old: ask for a new one"}`))
	})
	dir := t.TempDir()
	if _, err := uplink.Enrol(t.Context(), dir, url, "OLD", either, nobody); err == nil || !strings.Contains(err.Error(), "ask for a new one") || times != 1 {
		t.Errorf("asked %d times: %v", times, err)
	}
	if _, err := uplink.LoadEnrolment(dir); !errors.Is(err, uplink.ErrNotEnrolled) {
		t.Errorf("a refused node thinks it belongs somewhere: %v", err)
	}
}

func TestACloudThatNeverAnswersDoesNotHoldTheTechnician(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	url := cloud(t, func(w http.ResponseWriter, asked int, _, _ string) {
		w.WriteHeader(http.StatusBadGateway)
		if asked == 2 {
			cancel()
		}
	})
	if _, err := uplink.Enrol(ctx, t.TempDir(), url, "CODE", either, nobody); err == nil {
		t.Error("enrolled by nobody")
	}
}

func TestATornEnrolmentIsAnErrorAndNotAStranger(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, text := range []string{`{"restaurant":`, `null`, `{}`, `{"restaurant":"r1"}`} {
		if err := os.WriteFile(filepath.Join(dir, "enrolment.json"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := uplink.LoadEnrolment(dir); err == nil || errors.Is(err, uplink.ErrNotEnrolled) || !strings.Contains(err.Error(), "edge enroll CODE --replace") {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestANodeWhoseAnswerWasLostAsksAgainWithTheSameKey(t *testing.T) {
	t.Parallel()
	var keys []string
	ctx, cancel := context.WithCancel(t.Context())
	menu := `"` + strings.Repeat("pizza ", 50_000) + `"` // more than the 64 kB of a small answer
	url := cloud(t, func(w http.ResponseWriter, asked int, _, key string) {
		keys = append(keys, key)
		if asked <= 2 {
			w.WriteHeader(http.StatusBadGateway) // bound, but nobody hears of it
			if asked == 2 {
				cancel()
			}
			return
		}
		_, _ = w.Write([]byte(`{"restaurant":"r1","jwt":"token","epoch":3,"commands":9,"menu":` + menu + `}`))
	})
	dir := t.TempDir()
	if _, err := uplink.Enrol(ctx, dir, url, "CODE", either, nobody); err == nil {
		t.Fatal("enrolled without an answer")
	}
	info, err := os.Stat(filepath.Join(dir, "enrolment.pending.json"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("the key is not kept for the next start: %v", err)
	}
	made, err := uplink.Enrol(t.Context(), dir, url, "CODE", either, nobody) // after a restart
	if err != nil || made.Epoch != 3 || made.Commands != 9 || string(made.Menu) != menu {
		t.Fatalf("epoch %d, commands %d, %v", made.Epoch, made.Commands, err)
	}
	if len(keys) != 3 || keys[0] != keys[1] || keys[1] != keys[2] || made.Device != keys[2] {
		t.Errorf("asked with keys %v", keys)
	}
	if _, err := os.Stat(filepath.Join(dir, "enrolment.pending.json")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the key waits on: %v", err)
	}
}

func TestANodeThatHoldsOrdersSaysWhoseTheyAre(t *testing.T) {
	t.Parallel()
	var said []string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body map[string]string
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			t.Error(err)
		}
		if said = append(said, body["restaurant"]); body["restaurant"] == "r1" && body["code"] == "OF R2" {
			w.Header().Set("Content-Type", "application/problem+json")
			w.WriteHeader(http.StatusConflict)
			_, _ = w.Write([]byte(`{"code":"another_restaurant","detail":"the code is of restaurant r2"}`))
			return
		}
		_, _ = w.Write([]byte(`{"restaurant":"r1","jwt":"token"}`))
	}))
	t.Cleanup(s.Close)
	dir := t.TempDir()
	if _, err := uplink.Enrol(t.Context(), dir, s.URL, "OF R1", either, nobody); err != nil {
		t.Fatal(err)
	}
	if _, err := uplink.Enrol(t.Context(), dir, s.URL, "OF R2", either, nobody); err == nil || !strings.Contains(err.Error(), "of restaurant r2") {
		t.Errorf("the code of another one: %v", err)
	}
	if e, err := uplink.LoadEnrolment(dir); err != nil || e.Restaurant != "r1" {
		t.Errorf("it is %q now, %v", e.Restaurant, err)
	}
	if len(said) != 2 || said[0] != "" || said[1] != "r1" {
		t.Errorf("said %q", said)
	}
}

func TestANewCodeIsAskedForWithANewKey(t *testing.T) {
	t.Parallel()
	var keys []string
	url := cloud(t, func(w http.ResponseWriter, _ int, _, key string) {
		keys = append(keys, key)
		w.WriteHeader(http.StatusForbidden)
	})
	dir := t.TempDir()
	for _, code := range []string{"ONE", "TWO"} {
		if _, err := uplink.Enrol(t.Context(), dir, url, code, either, nobody); err == nil {
			t.Fatal("enrolled though refused")
		}
	}
	if len(keys) != 2 || keys[0] == keys[1] {
		t.Errorf("asked with keys %v", keys)
	}
}
