package edge_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestAShiftManagerOfTheDeviceFileIsSignedInWithTheInternetCutAndAfterARestart(t *testing.T) {
	t.Parallel()
	n := newNode(t)
	n.cfg.Devices = houseFile(t, "[[cook]]\nid = \"ada\"\nname = \"Ada\"\npin = \"1111\"\n[[cook]]\nid = \"carla\"\nname = \"Carla\"\nrole = \"shift_manager\"\npin = \"3333\"\n")
	closed := n.open()
	if status, said := n.ask(http.MethodPost, "/api/till/open", `{"float":10000}`); status != http.StatusUnauthorized {
		t.Errorf("by nobody: %d %s", status, said)
	}
	var in struct{ Token, Who string }
	if status, said := n.ask(http.MethodPost, "/api/session", `{"pin":"3333"}`); status != http.StatusCreated || json.Unmarshal([]byte(said), &in) != nil || in.Who != "carla" {
		t.Fatalf("%d %s", status, said)
	}
	closed()
	closed = n.open()
	defer closed()
	if status, said := n.askAs(in.Token, http.MethodPost, "/api/till/open", `{"float":10000}`); status != http.StatusCreated {
		t.Errorf("%d %s", status, said)
	}
	status, said := n.askAs(in.Token, http.MethodGet, "/api/audit", "")
	if status != http.StatusOK || !strings.Contains(said, `"action":"day_open"`) || !strings.Contains(said, `"intact":true`) || strings.Contains(said, "3333") {
		t.Errorf("%d %s", status, said)
	}
}

// askAs asks with a session.
func (n *node) askAs(token, method, path, body string) (int, string) {
	n.t.Helper()
	req, err := http.NewRequestWithContext(n.t.Context(), method, n.url+path, strings.NewReader(body))
	if err != nil {
		n.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+token)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: time.Minute}
	res, err := client.Do(req)
	if err != nil {
		n.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		n.t.Fatal(err)
	}
	return res.StatusCode, string(answer)
}
