package uplink

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"awesome.pizza/shared/menu"
)

func TestAMenuOfTheChainComesDownAndIsKeptOnlyIfItIsOne(t *testing.T) {
	t.Parallel()
	m, err := menu.Pizzeria()
	if err != nil {
		t.Fatal(err)
	}
	old, _ := json.Marshal(m)
	m.Version = 77
	fresh, _ := json.Marshal(struct {
		*menu.Menu
		SoldOut menu.SoldOut `json:"sold_out"`
	}{Menu: m})
	says, unchanged := string(fresh), 0
	cloud := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/api/restaurants/r1/menu" {
			t.Errorf("asked for %s", r.URL.Path)
		}
		if r.Header.Get("If-None-Match") == `"77"` {
			unchanged++
			w.WriteHeader(http.StatusNotModified)
			return
		}
		w.Header().Set("ETag", `"77"`)
		_, _ = w.Write([]byte(says))
	}))
	t.Cleanup(cloud.Close)
	dir := t.TempDir()
	u := New(Config{Enrolment: Enrolment{Restaurant: "r1", Seed: "seed", Cloud: cloud.URL, Menu: old}, Data: dir, Log: slog.New(slog.DiscardHandler)}, nil, nil)

	for _, wrong := range []string{"", "null", "{}", `{"version":77}`, "<html>", strings.Repeat("[", 1000)} {
		says = wrong
		if _, err := u.askMenu(t.Context(), ""); err == nil || string(u.papers.read().Menu) != string(old) {
			t.Errorf("%.20q is taken for a menu: %v", wrong, err)
		}
	}
	says = string(fresh)
	tag, err := u.askMenu(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	kept, err := LoadEnrolment(dir)
	if err != nil {
		t.Fatal(err)
	}
	if now, err := menu.Parse(kept.Menu); err != nil || now.Version != 77 || len(now.Products) != len(m.Products) || strings.Contains(string(kept.Menu), "sold_out") {
		t.Errorf("kept: %v", err)
	}
	if _, err := u.askMenu(t.Context(), tag); err != nil || unchanged != 1 {
		t.Errorf("the same menu is sent again: %v", err)
	}
}
