package store

import "testing"

func TestAnOldSQLiteIsRefused(t *testing.T) {
	t.Parallel()
	for version, want := range map[string]bool{
		"3.51.3": true, "3.51.10": true, "3.54.1": true, "4.0.0": true,
		"3.51.2": false, "3.50.9": false, "2.99.99": false, "3.51": false, "": false, "3.x.9": false,
	} {
		if got := atLeast(version, 3, 51, 3); got != want {
			t.Errorf("%q is new enough: %v", version, got)
		}
	}
}

func TestAPragmaThatDidNotTakeIsRefused(t *testing.T) {
	t.Parallel()
	path := t.TempDir() + "/edge.db"
	db := open(path, 1, "?_txlock=immediate")
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	if err := checkPragmas(t.Context(), db); err != nil {
		t.Fatalf("as it is opened: %v", err)
	}
	for _, spoiled := range []string{"synchronous = NORMAL", "foreign_keys = 0", "busy_timeout = 0", "wal_autocheckpoint = 1000", "journal_mode = DELETE"} {
		if _, err := db.ExecContext(t.Context(), "PRAGMA "+spoiled); err != nil {
			t.Fatal(err)
		}
		if err := checkPragmas(t.Context(), db); err == nil {
			t.Errorf("the node would run with %s", spoiled)
		}
		for _, p := range pragmas {
			if _, err := db.ExecContext(t.Context(), "PRAGMA "+p.name+" = "+p.set); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := checkPragmas(t.Context(), db); err != nil {
		t.Errorf("set right again: %v", err)
	}
}
