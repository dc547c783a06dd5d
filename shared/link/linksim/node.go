package linksim

import (
	"fmt"
	"time"

	"awesome.pizza/shared/link"
)

// node is a box in a restaurant. What is below the line is gone when the power is.
type node struct {
	w    *world
	site *site
	name string
	disk *disk
	line *line
	dice *dice

	plugged bool          // into a line that, as far as the box can tell, reaches the hub
	revoked bool          // the hub lets it in no more
	skew    time.Duration // of its wall clock
	slow    time.Duration // what everything takes
	doom    doom
	full    bool       // its disk takes no new orders and no new epoch
	writes  link.Range // what its program writes

	alive  bool
	boots  int
	sender *link.Sender
	wakeAt time.Duration
	wakes  int
	gate   gate
}

// doom is a power cut that waits for the next commit.
type doom int

const (
	spared doom = iota
	beforeCommit
	afterCommit
)

const (
	dark  = 3 * time.Second // how long a box is out after a power cut
	watch = 3 * time.Minute // without an answer on a connection that seems alive, it is made anew
)

func (w *world) newNode(s *site, d *disk) *node {
	w.names++
	n := &node{w: w, site: s, disk: d, name: fmt.Sprintf("%s/%d", s.id, len(s.boxes)+1), dice: newDice(w.opts.Seed, 6, w.names)}
	n.line = w.newLine(w.names)
	return n
}

// now is the box's monotonic time.
func (n *node) now() time.Time { return n.w.time() }

// wall is the box's wall clock.
func (n *node) wall() time.Time { return n.w.time().Add(n.skew) }

func (n *node) log(what string, a, b uint64, name string) {
	n.site.touch()
	n.w.log(n.name, what, a, b, name)
}

func (n *node) start() {
	if n.alive {
		return
	}
	n.boots++
	n.alive, n.wakeAt, n.gate = true, 0, gate{}
	d := n.disk
	n.sender = link.NewSender(link.SenderConfig{
		Edge: n.site.id, Device: d.device, Boot: fmt.Sprintf("%s.%d", n.name, n.boots),
		HashAt: func(seq uint64) (h link.Hash, ok bool, err error) { h, ok = n.disk.hashAt(seq); return h, ok, nil },
		Rand:   func() float64 { return float64(n.dice.roll(1024)) / 1024 },
		Writes: n.writes,
	}, d.tip, d.acked)
	n.log("starts", d.tip.Seq, d.acked.Seq, "")
	n.kept()
	n.while(link.HeartbeatEvery, n.beat)
	n.while(watch/3, n.guard)
	if n.plugged {
		n.do(n.sender.Connected(n.now()))
	}
}

// while calls what every so often as long as this life of the box lasts.
func (n *node) while(every time.Duration, what func()) {
	n.w.after(every, n.living(func() {
		what()
		n.while(every, what)
	}))
}

// living is what, if the box has not died by then.
func (n *node) living(what func()) func() {
	boot := n.boots
	return func() {
		if n.alive && n.boots == boot {
			what()
		}
	}
}

func (n *node) cut() {
	if n.alive {
		n.alive, n.doom = false, spared
		n.log("loses power", 0, 0, "")
	}
}

// cutFor loses power for a while.
func (n *node) cutFor(d time.Duration) {
	n.cut()
	boots := n.boots
	n.w.after(d, func() {
		if n.boots == boots && n.site.has(n) {
			n.start()
		}
	})
}

// plug says that the hub can be reached; unplug that it cannot.
func (n *node) plug() {
	n.plugged = true
	if n.alive && !n.revoked {
		n.do(n.sender.Connected(n.now()))
	}
}

func (n *node) unplug() {
	n.plugged = false
	if n.alive {
		n.do(n.sender.Disconnected(n.now(), link.CauseInternet))
	}
}

// hears reports whether what is sent down reaches the box's program.
func (n *node) hears() bool { return n.alive && n.plugged && !n.revoked }

// guard makes a connection anew that seems alive and answers nothing.
func (n *node) guard() {
	if !n.hears() {
		return
	}
	if n.now().Sub(n.sender.State().Heard) > watch {
		n.log("connects anew", 0, 0, "")
		n.do(n.sender.Disconnected(n.now(), link.CauseCloudSilent))
		n.do(n.sender.Connected(n.now()))
	}
}

// commit runs a transaction on the card. The power may go before or after it; it reports whether the box still runs.
func (n *node) commit(what string, change func(d *disk)) bool {
	end := n.doom
	n.doom = spared
	if end == beforeCommit {
		n.w.count(EdgeCut)
		if n.w.mutant.screenFirst {
			n.site.observer.confirmed(n, change)
		}
		n.log("dies before it commits", 0, 0, what)
		n.cutFor(dark)
		return false
	}
	before := n.disk.tip
	change(n.disk)
	n.log(what, n.disk.tip.Epoch, n.disk.tip.Seq, "")
	n.site.observer.committed(n, before)
	if end == afterCommit {
		n.w.count(EdgeCut)
		n.log("dies after it committed", 0, 0, what)
		n.cutFor(dark)
		return false
	}
	return true
}

// do carries out what the Sender asks for.
func (n *node) do(t link.Todo) {
	for {
		if t.Persist != nil {
			n.disk.acked = *t.Persist
			n.site.touch()
		}
		if t.Sync != nil {
			n.sync(*t.Sync)
		}
		if t.Heal != nil {
			n.heal(*t.Heal, t.HealAfter, t.HealMost)
		}
		if t.Fetch != nil {
			n.fetch(*t.Fetch)
		}
		if t.Begin != nil {
			n.begin(*t.Begin)
		}
		n.wake(t.Wake)
		if t.Publish == nil || !n.alive {
			return
		}
		t = n.publish(*t.Publish)
	}
}

func (n *node) wake(at time.Time) {
	due := at.Sub(began())
	if at.IsZero() {
		n.wakes, n.wakeAt = n.wakes+1, 0
		return
	}
	if due == n.wakeAt && due > n.w.now {
		return
	}
	n.wakes++
	n.wakeAt = due
	wake := n.wakes
	n.w.after(due-n.w.now, n.living(func() {
		if n.wakes == wake {
			n.wakeAt = 0
			n.do(n.sender.Tick(n.now()))
		}
	}))
}

// ask sends a question to the cloud.
func (n *node) ask(ask func(c *core, answer func(func()))) {
	if !n.hears() {
		return
	}
	n.line.pass(true, func() {
		if c := n.w.anyCore(); c != nil {
			ask(c, func(deliver func()) { n.line.pass(false, deliver) })
		}
	})
}

func (n *node) report() {
	if !n.hears() {
		return
	}
	s := n.sender.State()
	h := link.Heartbeat{Device: n.disk.device, Boot: "boot", Epoch: s.Tip.Epoch, Last: s.Tip.Seq, Acked: s.Acked.Seq, CmdSeq: n.disk.cmdSeq, At: n.wall()}
	n.line.pass(true, func() { // not as JSON: there are too many of them
		for _, c := range n.w.cores {
			if c.alive {
				c.hear(n.site, h)
			}
		}
	})
}

func (n *node) beat() { n.report() }
