package edge_test

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// sample is what a node holds at one moment.
type sample struct {
	goroutines int
	heap       int64 // live
	resident   int64 // of the process, with what SQLite took outside of Go's heap
	open       int   // tickets
	file, log  int64
	rows       map[string]int
}

func (x sample) String() string {
	return fmt.Sprintf("%d goroutines, %d kB live heap, %d MB resident, %d open tickets, file %d kB, log %d kB, rows %v",
		x.goroutines, x.heap>>10, x.resident>>20, x.open, x.file>>10, x.log>>10, x.rows)
}

// look takes a sample when nobody is doing anything.
func (s *soak) look() (x sample) {
	s.t.Helper()
	synctest.Wait()
	s.note()
	x.rows = s.count()
	debug.FreeOSMemory() // collects twice, and gives back
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	x.goroutines, x.heap = runtime.NumGoroutine(), int64(m.HeapAlloc)
	board, err := s.kit.Snapshot(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	x.open = len(board.Tickets)
	x.file, x.log = size(s.t, s.path), size(s.t, s.path+"-wal")
	statm, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		s.t.Fatal(err)
	}
	pages, err := strconv.ParseInt(strings.Fields(string(statm))[1], 10, 64)
	if err != nil {
		s.t.Fatal(err)
	}
	x.resident = pages * int64(os.Getpagesize())
	return x
}

func size(t *testing.T, path string) int64 {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

// count counts the rows of every table there is, through a door of its own.
func (s *soak) count() map[string]int {
	s.t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.ToSlash(s.path)+"?mode=ro")
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	db.SetMaxOpenConns(1)
	var names string
	const tables = `SELECT group_concat(name, ' ') FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`
	if err := db.QueryRowContext(s.t.Context(), tables).Scan(&names); err != nil {
		s.t.Fatal(err)
	}
	rows := map[string]int{}
	for name := range strings.FieldsSeq(names) {
		var n int
		if err := db.QueryRowContext(s.t.Context(), `SELECT count(*) FROM `+name).Scan(&n); err != nil {
			s.t.Fatal(err)
		}
		rows[name] = n
	}
	return rows
}

// leaks says what a sample holds too much of, given an earlier one of the same node; what each thing may take follows from what is open and
// from what is to be kept, and not from how long the node has run.
func (s *soak) leaks(before, x sample) (complaints []string) {
	complain := func(what string, is, may int64) {
		if is > may {
			complaints = append(complaints, fmt.Sprintf("%s: %d, and it may be %d", what, is, may))
		}
	}
	complain("goroutines", int64(x.goroutines), int64(before.goroutines)+1)
	complain("heap", x.heap, before.heap+int64(max(0, x.open-before.open))*heapPerTicket+heapSlack)
	complain("resident", x.resident, before.resident+residentSlack)
	complain("log", x.log, logMost)
	rules := s.rules(x.open)
	for name, n := range x.rows {
		may, known := rules[name]
		if !known {
			complaints = append(complaints, "nobody says how long "+name+" is kept")
		}
		complain("rows of "+name, int64(n), int64(may))
	}
	return complaints
}

// fits says whether the file is larger than what is kept in it at its fullest makes it.
func (x sample) fits(fullest sample) string {
	may := int64(fileBase + filePerOrder*fullest.rows["orders"] + filePerRow*(fullest.rows["outbox"]+fullest.rows["taps"]) +
		filePerLine*(fullest.rows["cash"]+fullest.rows["audit"]+fullest.rows["prints"]+fullest.rows["stock_ledger"]))
	if x.file > may {
		return fmt.Sprintf("the file has %d bytes, and may have %d", x.file, may)
	}
	return ""
}

func (s *soak) sample() sample {
	s.t.Helper()
	began := time.Since(s.opened)
	x := s.look()
	s.t.Logf("after %s, %d orders: %s", began.Round(time.Second), s.now.orders, x)
	return x
}

// expect fails the test when a sample holds too much.
func (s *soak) expect(before, x sample) {
	s.t.Helper()
	for _, c := range s.leaks(before, x) {
		s.t.Error(c)
	}
}
