package e2e

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
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

// postgres runs a program of the chain's own Postgres, as its superuser.
func (c *chain) postgres(program string, args ...string) {
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
	if out, err := cmd.CombinedOutput(); err != nil {
		c.t.Fatalf("%s %v: %v\n%s", program, args, err, out)
	}
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
