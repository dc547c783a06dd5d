package pgdev_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"awesome.pizza/cloud/pgdev"
)

func TestAServerAnswersAfterStartAndIsGoneAfterStop(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	s := start(t, pgdev.Config{Dir: dir})
	if s.Adopted() {
		t.Error("a new server says it was adopted")
	}
	if got := ask[string](t, s.URL(), `SELECT current_database()`); got != "pizza" {
		t.Errorf("URL leads to database %q", got)
	}
	if got := ask[string](t, s.URLOf("postgres"), `SELECT current_database()`); got != "postgres" {
		t.Errorf("URLOf leads to database %q", got)
	}
	for setting, want := range map[string]string{"fsync": "on", "synchronous_commit": "on", "listen_addresses": ""} {
		if got := ask[string](t, s.URL(), `SELECT current_setting($1)`, setting); got != want {
			t.Errorf("%s is %q, want %q", setting, got, want)
		}
	}
	stop(t, s)
	stop(t, s) // once more does nothing
	if running(t, dir) {
		t.Error("the server still runs")
	}
}

func TestDataIsThereAtTheNextStart(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	for round := range 3 {
		s := start(t, pgdev.Config{Dir: dir, Volatile: round == 1}) // the settings may change between starts
		if err := exec(t.Context(), s.URL(), `CREATE TABLE IF NOT EXISTS pizza (n int)`, `INSERT INTO pizza VALUES (1)`); err != nil {
			t.Fatal(err)
		}
		if got := ask[int](t, s.URL(), `SELECT count(*) FROM pizza`); got != round+1 {
			t.Errorf("round %d finds %d rows", round, got)
		}
		stop(t, s)
	}
}

func TestTheServerNeverRunsAsRoot(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	s := start(t, pgdev.Config{Dir: dir, Volatile: true})
	uid, _ := owner(t, filepath.Join("/proc", pidOf(s)))
	if uid == 0 || os.Getuid() != 0 && int(uid) != os.Getuid() {
		t.Errorf("started by uid %d, it runs as uid %d", os.Getuid(), uid)
	}
	for _, private := range []string{"data", "run"} {
		info, err := os.Stat(filepath.Join(dir, private))
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o700 {
			t.Errorf("%s has mode %v: others may enter", private, info.Mode().Perm())
		}
	}
}

func TestAVolatileServerIsFastAndSaysSo(t *testing.T) {
	t.Parallel()
	s := start(t, pgdev.Config{Dir: folder(t), Volatile: true, MaxConnections: 33, Database: `odd "name"`})
	for setting, want := range map[string]string{
		"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "max_connections": "33",
	} {
		if got := ask[string](t, s.URL(), `SELECT current_setting($1)`, setting); got != want {
			t.Errorf("%s is %q, want %q", setting, got, want)
		}
	}
	if got := ask[string](t, s.URL(), `SELECT current_database()`); got != `odd "name"` {
		t.Errorf("the database is %q", got)
	}
}

func TestAFolderWithALongNameKeepsItsSocketElsewhere(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(folder(t), strings.Repeat("pizza, it's \"long\" ", 8), strings.Repeat("ø", 60))
	// The folders on the way are made by Start, and must let the server's account through.
	s := start(t, pgdev.Config{Dir: dir, Volatile: true})
	socket := ask[string](t, s.URL(), `SELECT trim('"' FROM current_setting('unix_socket_directories'))`)
	if len(socket) > 80 || strings.HasPrefix(socket, dir) {
		t.Errorf("the socket is in %s", socket)
	}
	stop(t, s)
	if _, err := os.Stat(socket); !os.IsNotExist(err) {
		t.Errorf("the socket's folder stays behind: %v", err)
	}
}

func TestLoopbackIsOfferedOnDemandAndAsksForThePassword(t *testing.T) {
	t.Parallel()
	port := freePort(t)
	s := start(t, pgdev.Config{Dir: folder(t), Volatile: true, Port: port})
	url := s.TCPURL("pizza")
	if got := ask[string](t, url, `SELECT host(inet_server_addr())`); got != "127.0.0.1" {
		t.Errorf("reached over %s", got)
	}
	at := strings.LastIndex(url, "@")
	if err := exec(t.Context(), "postgres://pizza:wrong"+url[at:], `SELECT 1`); err == nil {
		t.Error("a wrong password opens the door")
	}
	if got := start(t, pgdev.Config{Dir: folder(t), Volatile: true}).TCPURL("pizza"); got != "" {
		t.Errorf("without a port there is still %s", got)
	}
}
