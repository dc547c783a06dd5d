package link_test

import (
	"testing"
	"time"

	"awesome.pizza/shared/link"
)

// A command that the lost life of a database has numbered may be obeyed while the answer to a SYNC is on its way from the new one, which
// counts on the number it was told before. Found by linksim: the new command with that number was never obeyed.
func TestADatabaseThatWasReplacedIsAskedAgainBeforeItIsBelieved(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 5, 5)
	d.online(5)
	todo := d.pass(70 * time.Second)
	if todo.Sync == nil {
		t.Fatal("no SYNC after more than a minute")
	}
	if ok, _ := d.Commanded(d.now, "pg-1"); !ok {
		t.Fatal("a command is not obeyed while SYNC is out")
	}
	replaced := d.reply(todo.Sync, 3)
	replaced.Inc = "pg-2"
	todo = d.Synced(d.now, replaced)
	if todo.Sync == nil || todo.Publish != nil || todo.Persist != nil {
		t.Fatalf("the first answer of another database is acted upon: %+v", todo)
	}
	for _, inc := range []string{"pg-1", "pg-2"} {
		if ok, _ := d.Commanded(d.now, inc); ok {
			t.Errorf("commands of %s are obeyed before SYNC is held again", inc)
		}
	}
	replaced.N = todo.Sync.N
	todo = d.Synced(d.now, replaced)
	if todo.Persist == nil || todo.Persist.Seq != 3 || todo.Publish == nil || todo.Publish.First != 4 {
		t.Errorf("the second answer does not refill it: %+v", todo)
	}
	d.is(link.Online, "")
	if ok, _ := d.Commanded(d.now, "pg-2"); !ok {
		t.Error("commands of the new database are not obeyed")
	}
}

// The Sender knows the hashes of tip and watermark by heart, also when their rows are gone. Found by linksim: it went on from there for ever.
func TestACloudThatWentBackBehindATrimmedRowIsHealedEvenIfItsHashIsKnown(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ events, acked, trimmed, back int }{
		"the tip is trimmed":       {1, 1, 1, 0},
		"the watermark is trimmed": {8, 5, 5, 4},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, c.events, uint64(c.acked))
			d.trimmed = c.trimmed
			back := d.reply(d.Connected(d.now).Sync, uint64(c.back))
			back.Inc = "pg-2"
			d.Synced(d.now, back)
			d.is(link.Healing, link.CauseHistory)
		})
	}
}
