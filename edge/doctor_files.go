package edge

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"awesome.pizza/edge/store"
	"awesome.pizza/edge/uplink"
)

// permissions looks at the data directory: it holds the node's key.
func (d *doctor) permissions(context.Context) []finding {
	f := finding{Check: "data", State: good, Says: d.config.Data + " is this node's alone"}
	info, err := os.Stat(d.config.Data)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		f.State, f.Says, f.Do = bad, d.config.Data+" is not there", "name the node's directory with --data, or enrol this node: it is made then"
		return []finding{f}
	case err != nil:
		f.State, f.Says, f.Do = bad, err.Error(), "run the doctor as the user that the node runs as, or as root"
		return []finding{f}
	case !info.IsDir():
		f.State, f.Says, f.Do = bad, d.config.Data+" is no directory", "name the node's directory with --data"
		return []finding{f}
	}
	if err := syscall.Access(d.config.Data, 7); err != nil {
		f.State, f.Says = bad, fmt.Sprintf("%s cannot be written to: %v", d.config.Data, err)
		f.Do = "give it to the user that the node runs as (chown -R), and see that the disk is not mounted read-only (mount | grep ' ro')"
		return []finding{f}
	}
	for _, name := range []string{"", "enrolment.json"} {
		info, err := os.Stat(filepath.Join(d.config.Data, name))
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			f.State, f.Says = worry, fmt.Sprintf("%s can be read by others of this machine (%v)", filepath.Join(d.config.Data, name), info.Mode().Perm())
			f.Do = fmt.Sprintf("chmod go-rwx %s: guests' names are in there, and the key with which this node shows who it is", filepath.Join(d.config.Data, name))
		}
	}
	return []finding{f}
}

// enrolmentAndCredential looks at whose this node is, and for how long the hub will take it.
func (d *doctor) enrolmentAndCredential(context.Context) []finding {
	e := finding{Check: "enrolment", State: good, Says: "this node is restaurant " + d.enrolment.Restaurant}
	c := finding{Check: "credential", State: unknown, Says: "there is none without an enrolment"}
	if d.enrolled != nil {
		e.State, e.Says, e.Do = bad, d.enrolled.Error(), "get a code with `cloud enroll RESTAURANT` and run `edge enroll CODE --cloud https://...` here"
		if !errors.Is(d.enrolled, uplink.ErrNotEnrolled) {
			e.Do = "the file enrolment.json is not whole: get a code with `cloud enroll RESTAURANT` and run `edge enroll CODE --replace`"
		}
		return []finding{e, c}
	}
	if d.enrolment.Alone {
		e.Says += ", of its own: it belongs to no chain"
		c.Says = "none is needed without a chain"
		return []finding{e, c}
	}
	left := d.enrolment.Expires.Sub(d.now)
	switch {
	case d.enrolment.Expires.IsZero():
		c.State, c.Says = good, "it does not say until when it is good"
	case left <= 0:
		c.State, c.Says = bad, fmt.Sprintf("it expired %s ago, so the hub does not take this node; the kitchen goes on", ago(left))
		c.Do = "see the lines \"cloud\" and \"clock\": once the cloud answers, the node renews it within minutes. If the cloud refuses (revoked, fenced), enrol this node anew"
	case left < 14*24*time.Hour:
		c.State, c.Says = worry, fmt.Sprintf("it is good for %s more and was not renewed at half of its life", ago(left))
		c.Do = "see the line \"cloud\": the node renews by itself when it reaches the cloud over HTTPS"
	default:
		c.State, c.Says = good, fmt.Sprintf("good for %s more; it is renewed by itself at half of its life", ago(left))
	}
	return []finding{e, c}
}

// clock compares the machine's clock with what the node knows to be the least.
func (d *doctor) clock(context.Context) []finding {
	f := finding{Check: "clock", State: good, Says: "it is " + d.now.Format(time.RFC3339)}
	saved, err := readClock(d.config.Data)
	behind := saved.Floor.Sub(d.now)
	switch {
	case err != nil:
		f.State, f.Says = worry, err.Error()
		f.Do = "delete the file: the node makes it anew, and asks the cloud for the time"
	case d.outlived(saved.Floor):
		f.State, f.Says = bad, fmt.Sprintf("it is %s, but %s says that this node ran on %s, when its credential was long over: one of them is wrong",
			d.now.Format(time.RFC3339), filepath.Join(d.config.Data, clockFile), saved.Floor.Format(time.RFC3339))
		f.Do = "if this machine's clock is right, nothing: the node takes the cloud's time with the next connection; without a line, stop the node, delete " +
			clockFile + ", and start it. If it is wrong, set it (timedatectl set-ntp true)"
	case behind > 2*time.Minute:
		f.State, f.Says = bad, fmt.Sprintf("it is %s, which is %s before this node was last running", d.now.Format(time.RFC3339), ago(behind))
		f.Do = "set the clock (timedatectl set-ntp true), and replace the clock's battery if it stops when the power is off. The node goes on by its own reckoning meanwhile"
		if d.enrolment.Alone {
			f.Do += ". If this machine's clock is right: edge clock --machine-is-right"
		}
	case !saved.Doubt.IsZero() && !d.enrolment.Alone:
		f.State, f.Says = worry, fmt.Sprintf("it is %s, but the node has not been told the time by the cloud since %s", d.now.Format(time.RFC3339), saved.Doubt.Format(time.RFC3339))
		f.Do = "nothing, if the line is cut: the cloud tells the time with the next connection. Otherwise see the line \"hub\""
	}
	return []finding{f}
}

// outlived reports whether a floor lies beyond the end of a credential that is still good by the machine's clock: a node that runs renews it long
// before that.
func (d *doctor) outlived(floor time.Time) bool {
	end := d.enrolment.Expires
	return !end.IsZero() && d.now.Before(end) && floor.After(end)
}

// disk says how much room there is, and what the node does about it.
func (d *doctor) disk(context.Context) []finding {
	f, r := finding{Check: "disk", State: good}, finding{Check: "reserve", State: unknown, Says: "the disk cannot be looked at"}
	room, err := store.RoomAt(d.config.Data, store.Room{Reserve: store.Reserve(d.path())})
	if err != nil {
		f.State, f.Says = unknown, err.Error()
		return []finding{f, r}
	}
	f.Says = fmt.Sprintf("%d %% of %s used, %s free", room.Percent(), size(room.Total), size(room.Free))
	const advice = "make room: old files beside the data, the system's logs (journalctl --vacuum-size=100M), images of other programs (du -xh / | sort -h | tail)"
	switch store.Roomy.Next(room) {
	case store.Tight:
		f.State, f.Says, f.Do = worry, f.Says+": messages that make no sense are no longer kept", advice
	case store.Scarce:
		f.State, f.Says, f.Do = worry, f.Says+": what the cloud has acknowledged is deleted at once", advice
	case store.Exhausted:
		f.State, f.Says, f.Do = bad, f.Says+": new orders are refused, the orders on the board go on", advice+". The node takes orders again by itself"
	case store.Roomy:
	}
	switch {
	case room.Reserve:
		r.State, r.Says = good, size(store.ReserveBytes)+" are kept for the day when the disk is full"
	case d.running:
		r.State, r.Says = worry, "it was given up, because the disk was full, and is not made again yet"
		r.Do = "make room: the node makes the reserve again when there are " + size(2*store.ReserveBytes+4<<20) + " free"
	default:
		r.State, r.Says = good, "the node makes it when it starts"
	}
	return []finding{f, r}
}

// database reads the whole file, beside the node if it runs.
func (d *doctor) database(ctx context.Context) []finding {
	f, b := finding{Check: "database", State: good}, finding{Check: "backlog", State: unknown, Says: "the database cannot be read"}
	i, err := store.Inspect(ctx, d.path())
	switch {
	case errors.Is(err, fs.ErrNotExist):
		f.Says, b.State, b.Says = "there is none yet; it is made when the node starts", good, "nothing is waiting for the cloud"
		return []finding{f, b}
	case errors.Is(err, store.ErrDamaged):
		f.State, f.Says = bad, err.Error()
		f.Do = "restart the node when nobody cooks: it puts the file aside, saves what can be read, and gets the rest from the cloud. If it happens again, replace the disk or card"
		return []finding{f, b}
	case err != nil:
		f.State, f.Says, f.Do = bad, err.Error(), "run the doctor as the user that the node runs as, or as root"
		return []finding{f, b}
	}
	f.Says = fmt.Sprintf("sound: every row is what was written (%s, schema %d, %d open orders)", size(i.Bytes), i.Schema, i.Open)
	aside, _ := store.Damaged(d.path())
	switch {
	case i.Journal != "wal" && i.Tip.Seq > 0 && d.running:
		f.State, f.Says, f.Do = bad, "its journal is "+i.Journal+" and must be wal", "stop whatever else opens edge.db: only the node may"
	case i.Suspect != "":
		f.State, f.Says = bad, "the node found it damaged while it was open: "+i.Suspect
		f.Do = "restart the node when nobody cooks: it saves what can be read, and gets the rest from the cloud"
	case len(aside) > 0:
		f.State, f.Says = worry, fmt.Sprintf("%s; beside it lie %d put aside earlier, the last is %s", f.Says, len(aside), filepath.Base(aside[len(aside)-1]))
		f.Do = "keep them until the line \"backlog\" is empty and nobody misses an order, then move them away; a card or disk that damages files twice is replaced"
	}
	return []finding{f, d.backlog(i, b), d.letters(i)}
}

// lettersWorry is how long after a message was refused a person should look why.
const lettersWorry = time.Hour

// letters looks at what was refused: devices that say what cannot be, commands that make no sense.
func (d *doctor) letters(i store.Inspection) finding {
	f := finding{Check: "letters", State: good, Says: "no message was ever refused"}
	if i.Letters == 0 {
		return f
	}
	since := d.now.Sub(i.Letter)
	f.Says = fmt.Sprintf("%d messages were refused or made no sense, the last %s ago", i.Letters, ago(since))
	if since < lettersWorry {
		f.State = worry
		f.Do = "see in the node's log which device it was and why (\"message refused\"): its clock, its secret, or a device that speaks for another"
	}
	return f
}

// backlogWorry is how long the cloud may not hear of something before a person should look; a restaurant may be cut off for a week.
const backlogWorry = 15 * time.Minute

func (d *doctor) backlog(i store.Inspection, f finding) finding {
	f.State, f.Says = good, "the cloud has heard everything"
	switch {
	case d.enrolment.Alone: // it is no backlog of anything, however old it is
		f.Says = fmt.Sprintf("%d events of the last 30 days are kept for a chain that this restaurant may join", i.Unsent)
		return f
	case i.Unsent == 0:
		return f
	}
	f.Says = fmt.Sprintf("%d events wait for the cloud, the oldest since %s", i.Unsent, ago(d.now.Sub(i.Oldest)))
	if d.now.Sub(i.Oldest) > backlogWorry {
		f.State = worry
		f.Do = "nothing is lost, they are kept until the cloud has them: see the lines \"line\", \"hub\" and \"cloud\", and take a backup (edge backup FILE) if the line stays cut"
	}
	return f
}
