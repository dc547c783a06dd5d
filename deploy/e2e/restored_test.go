package e2e

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"awesome.pizza/cloud/pgdev"
)

// The chain's Postgres is restored from an older dump: into a new database, or into the one that is there. The cloud has forgotten orders
// that restaurants and guests know; the nodes notice, and fill it up again.
func TestAnOlderDatabaseIsNoticedAndRefilled(t *testing.T) {
	t.Parallel()
	c := start(t, options{restaurants: 2, cook: true, speed: 200})
	all, closeShop := c.journals(2, 2, 200*time.Millisecond)
	for round, began := 0, time.Now(); round < 2 || time.Since(began) < *hurt; round++ {
		for _, j := range all {
			c.eventually(time.Minute, "there is trade before the dump", j.more(4))
		}
		dump := c.dump()
		for _, j := range all { // ten minutes of a small restaurant
			c.eventually(time.Minute, "there is trade after the dump", j.more(10))
		}
		closeShop()
		for _, j := range all {
			j.arrived()
		}
		c.kill("cloud")
		c.restore(dump, round%2 == 0)
		c.restart("cloud")
		c.eventually(time.Minute, "the cloud serves again", func() bool { return c.serves("cloud") })
		for n, j := range all {
			j.forget() // the cloud has: a key of a lost hour would order again
			j.settle()
			c.eventually(time.Minute, "nothing is left to send", func() bool { return c.caughtUp(n + 1) })
		}
		all, closeShop = c.tomorrow(all)
	}
	closeShop()
	c.settleAll(all)
}

// The database is put back to an older dump while guests order and cooks tap, and no program is stopped for it. What only the cloud knew
// since the dump is lost with it. Whatever a kitchen has acknowledged, before, meanwhile or afterwards, is in the cloud, once.
func TestTheDatabaseIsPutBackWhileThereIsTrade(t *testing.T) {
	t.Parallel()
	c := start(t, options{restaurants: 2, cook: true, speed: 200})
	all, closeShop := c.journals(2, 2, 300*time.Millisecond)
	forgotten := map[string]bool{}
	for round, began := 0, time.Now(); round < 2 || time.Since(began) < *hurt; round++ {
		for _, j := range all {
			c.eventually(time.Minute, "there is trade before the dump", j.more(4))
		}
		dump := c.dump()
		for _, j := range all { // ten minutes of a small restaurant
			c.eventually(time.Minute, "there is trade after the dump", j.more(10))
		}
		missing := c.swap(dump)
		if len(missing) < 10 {
			t.Errorf("only %d orders are missing in the older database", len(missing))
		}
		maps.Copy(forgotten, missing)
		for _, j := range all {
			c.eventually(time.Minute, "there is trade with the older database", j.more(10))
		}
	}
	closeShop()
	for _, j := range all {
		c.eventually(2*time.Minute, "nothing is left to send", func() bool { return c.caughtUp(j.restaurant) })
		j.forget()
		j.bury(forgotten)
	}
	c.settleAll(all)
	for _, j := range all {
		c.agree(j.restaurant, slices.Sorted(maps.Keys(c.cloudIDs(fmt.Sprint("r", j.restaurant)))))
	}
}

// bury strikes out the web orders that nobody has any more: those that the cloud forgot before it had given them to the kitchen. Every other
// one has to be there.
func (j *journal) bury(forgotten map[string]bool) {
	c := j.chain
	c.t.Helper()
	known, lost, refilled := c.cloudIDs(fmt.Sprint("r", j.restaurant)), 0, 0
	j.note(func() {
		for key, id := range j.told {
			switch web := strings.HasPrefix(j.doors[key].url, c.cloud); {
			case forgotten[id] && known[id]:
				refilled++
			case forgotten[id] && web && c.get(c.edge(j.restaurant)+"/api/orders/"+id).status == http.StatusNotFound:
				delete(j.told, key)
				lost++
			}
		}
		j.doubled = j.insisted // the answer was lost with the cloud's memory of the key, and the kitchen may have had the order
	})
	c.t.Logf("r%d: the cloud has %d orders again that it had forgotten; %d were lost with the only database that knew them", j.restaurant, refilled, lost)
	if refilled == 0 {
		c.t.Errorf("r%d has refilled nothing", j.restaurant)
	}
}

// swap puts a dump into a new database, which takes the place of the one there is while everybody is at work. It returns the orders that were
// in the one and are not in the other.
func (c *chain) swap(dump string) (missing map[string]bool) {
	c.t.Helper()
	c.postgres("createdb", "older")
	c.postgres("pg_restore", "--exit-on-error", "--dbname", "older", dump)
	older := c.ordersIn("older")
	c.postgres("psql", "--dbname", "postgres", "--set", "ON_ERROR_STOP=1",
		"--command", "ALTER DATABASE pizza ALLOW_CONNECTIONS false",
		"--command", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'pizza'",
		"--command", "ALTER DATABASE pizza RENAME TO lost",
		"--command", "ALTER DATABASE older RENAME TO pizza",
		"--command", "ALTER DATABASE lost ALLOW_CONNECTIONS true")
	missing = c.ordersIn("lost")
	maps.DeleteFunc(missing, func(id string, _ bool) bool { return older[id] })
	c.postgres("dropdb", "lost")
	return missing
}

// ordersIn are the orders in a database.
func (c *chain) ordersIn(database string) map[string]bool {
	c.t.Helper()
	all := map[string]bool{}
	for id := range strings.FieldsSeq(c.postgres("psql", "--dbname", database, "--tuples-only", "--no-align", "--command", "SELECT id FROM orders")) {
		all[id] = true
	}
	return all
}

// tomorrow opens the shops again, with the same journals.
func (c *chain) tomorrow(all []*journal) ([]*journal, func()) {
	var stops []func()
	for _, j := range all {
		j.day++
		stops = append(stops, j.open(2, 200*time.Millisecond))
	}
	return all, func() {
		for _, stop := range stops {
			stop()
		}
	}
}

// arrived waits until the restaurant has every acknowledged order: what only the cloud knew is lost with the cloud.
func (j *journal) arrived() {
	c := j.chain
	c.t.Helper()
	for _, id := range j.ids() {
		c.eventually(30*time.Second, "order "+id+" is in the kitchen", func() bool { return c.get(c.edge(j.restaurant)+"/api/orders/"+id).status == 200 })
	}
}

// postgres runs a program of the chain's own Postgres, as its superuser, and returns what it said.
func (c *chain) postgres(program string, args ...string) string {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), time.Minute)
	defer cancel()
	found, err := pgdev.Search{}.Find(ctx, "", 0)
	if err != nil {
		c.t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(c.data, "cloud", "postgres", "data", "postmaster.pid"))
	if err != nil {
		c.t.Fatal(err)
	}
	lines := strings.Split(string(text), "\n") // pid, directory, start, port, socket
	cmd := exec.CommandContext(ctx, filepath.Join(found.Dir, program), args...)
	cmd.Env = append(os.Environ(), "PGHOST="+strings.TrimSpace(lines[4]), "PGPORT="+strings.TrimSpace(lines[3]), "PGUSER="+pgdev.Superuser)
	out, err := cmd.CombinedOutput()
	if err != nil {
		c.t.Fatalf("%s %v: %v\n%s", program, args, err, out)
	}
	return string(out)
}

// dump writes the chain's database to a file.
func (c *chain) dump() (path string) {
	c.t.Helper()
	path = filepath.Join(c.data, "dump")
	c.postgres("pg_dump", "--format=custom", "--file", path, "pizza")
	return path
}

// restore puts a dump into a new database, or over what is in the one there is.
func (c *chain) restore(dump string, anew bool) {
	c.t.Helper()
	if anew {
		c.postgres("dropdb", "--force", "pizza")
		c.postgres("createdb", "pizza")
		c.postgres("pg_restore", "--exit-on-error", "--dbname", "pizza", dump)
		return
	}
	c.postgres("pg_restore", "--exit-on-error", "--clean", "--if-exists", "--single-transaction", "--dbname", "pizza", dump)
}
