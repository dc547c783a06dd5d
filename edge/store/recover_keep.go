package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"modernc.org/sqlite"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/order"
)

// salvage copies what can be read into an empty file, in one transaction.
func salvage(ctx context.Context, from *source, to *Store, at time.Time, day businessDay) (all []Saved, err error) {
	err = to.inTx(ctx, func(tx *sql.Tx) error {
		k := &keeper{ctx: ctx, tx: tx, writes: to.writes.in(tx), at: at, day: day}
		for _, table := range []struct {
			name string
			keep func(row) (bool, error)
		}{
			{"orders", k.order},
			{"tickets", k.ticket},
			{"numbers", k.plain("numbers")},
			{"taps", k.plain("taps")},
			{"cooks", k.plain("cooks")},
			{"timers", k.plain("timers")},
			{"alerts", k.plain("alerts")},
			{"lessons", k.plain("lessons")},
			{"intake", k.plain("intake")},
			{"released", k.plain("released")},
			{"lived", k.plain("lived")},
			{"screens", k.plain("screens")},
			{"inbox", k.plain("inbox")},
			{"stock_shelves", k.stock("stock_shelves")},
			{"stock_ledger", k.stock("stock_ledger")},
			{"stock_off", k.plain("stock_off")},
			{"dead_letters", k.plain("dead_letters")},
			{"people", k.plain("people")},
			{"sessions", k.plain("sessions")},
			{"strikes", k.plain("strikes")},
			{"known_screens", k.plain("known_screens")},
			{"audit", k.plain("audit")},
			{"food_safety", k.plain("food_safety")},
			{"guests", k.plain("guests")},
			{"tills", k.money("tills")},
			{"cash", k.money("cash")},
			{"runs", k.plain("runs")},
			{"prints", k.print},
			{"meta", k.meta},
			{"outbox", k.event},
		} {
			refused, rows := 0, 0
			saved, err := from.read(ctx, table.name, func(r row) error {
				kept, err := table.keep(r)
				if kept {
					rows++
				} else {
					refused++
				}
				return err
			})
			if err != nil {
				return fmt.Errorf("save %s: %w", table.name, err)
			}
			saved.Rows, saved.Refused = rows, saved.Refused+refused
			if err := errors.Join(k.recount(saved), k.recountCash(saved)); err != nil {
				return err
			}
			all = append(all, saved)
		}
		return k.finish(&all[len(all)-1])
	})
	return all, err
}

// keeper puts rows into the new file.
type keeper struct {
	ctx    context.Context
	tx     *sql.Tx
	writes prepared // the same transaction
	at     time.Time
	day    businessDay
	node   row
	events map[kitchen.Place]link.Event
	sound  []link.Event // those that were kept, in their order

	shelves bool // stock was kept in the file
	cash    bool // a till was
	drawers Saved
}

// insert keeps a row unless a CHECK, a type or another row is against it.
func (k *keeper) insert(table string, r row) (bool, error) {
	columns := slices.Sorted(maps.Keys(r))
	values := make([]any, len(columns))
	for n, c := range columns {
		values[n] = r[c]
	}
	done, err := k.tx.ExecContext(k.ctx, fmt.Sprintf(`INSERT OR IGNORE INTO %q ("%s") VALUES (?%s)`, table, strings.Join(columns, `", "`),
		strings.Repeat(", ?", len(columns)-1)), values...)
	if isConstraint(err) {
		return false, nil
	} else if err != nil {
		return false, err
	}
	n, err := done.RowsAffected()
	return n == 1, err
}

// isConstraint tells whether a row was refused for what it is.
func isConstraint(err error) bool {
	var e *sqlite.Error
	return errors.As(err, &e) && (e.Code()&0xff == 19 || e.Code()&0xff == 20) // CONSTRAINT, MISMATCH
}

func (k *keeper) plain(table string) func(row) (bool, error) {
	return func(r row) (bool, error) { return k.insert(table, r) }
}

func (k *keeper) order(r row) (bool, error) {
	var o order.Order
	if !decodes(r["doc"], &o) || string(o.ID) != r["id"] {
		return false, nil
	}
	return k.insert("orders", r)
}

// ticket keeps a ticket as one that a cook has to confirm: what was tapped last may be lost.
func (k *keeper) ticket(r row) (bool, error) {
	var t kitchen.Ticket
	if !decodes(r["state"], &t) {
		return false, nil
	}
	t.Recovered = t.Open()
	state, err := json.Marshal(t)
	if err != nil {
		return false, err
	}
	var known int
	err = k.tx.QueryRowContext(k.ctx, `SELECT count(*) FROM orders WHERE id = ?`, r["order_id"]).Scan(&known)
	if err != nil || known == 0 {
		return false, err
	}
	r["state"] = string(state)
	return k.insert("tickets", r)
}

// meta is remembered: what the node's row says is written at the end.
func (k *keeper) meta(r row) (bool, error) {
	k.node = r
	return true, nil
}

// event is remembered: its neighbour tells whether it is what was sealed.
func (k *keeper) event(r row) (bool, error) {
	epoch, ok := r["epoch"].(int64)
	if !ok { // a file of the first schema: all of them are of the node's epoch
		if epoch, ok = k.node["epoch"].(int64); !ok {
			epoch = link.FirstEpoch
		}
	}
	seq, _ := r["seq"].(int64)
	at, _ := r["at"].(int64)
	e := link.Event{Seq: uint64(seq), ID: text(r["event_id"]), Order: text(r["order_id"]), Kind: text(r["kind"]), At: instant(at), Trace: text(r["trace"]), Body: raw(r["body"])}
	hash := raw(r["hash"])
	if len(hash) != len(e.Hash) || seq < 1 || epoch < 1 || !travels(e) {
		return false, nil
	}
	copy(e.Hash[:], hash)
	if k.events == nil {
		k.events = map[kitchen.Place]link.Event{}
	}
	k.events[kitchen.Place{Epoch: uint64(epoch), Seq: e.Seq}] = e
	return true, nil
}

// finish writes the outbox and the node's row. saved is the outbox's.
func (k *keeper) finish(saved *Saved) error {
	last := int64(0)
	for _, at := range slices.SortedFunc(maps.Keys(k.events), kitchen.Place.Compare) {
		e := k.events[at]
		before, known := k.events[kitchen.Place{Epoch: at.Epoch, Seq: at.Seq - 1}]
		if (known || at.Seq == 1) && link.Chain(before.Hash, e) != e.Hash {
			saved.Rows, saved.Refused = saved.Rows-1, saved.Refused+1
			continue
		}
		last = max(last, int64(at.Epoch))
		kept, err := k.insert("outbox", row{
			"epoch": int64(at.Epoch), "seq": int64(at.Seq), "event_id": e.ID, "order_id": e.Order, "kind": e.Kind, "at": e.At.UnixMilli(),
			"trace": e.Trace, "body": string(e.Body), "hash": e.Hash[:],
		})
		if err != nil {
			return err
		}
		if !kept {
			saved.Rows, saved.Refused = saved.Rows-1, saved.Refused+1
			continue
		}
		k.sound = append(k.sound, e)
	}
	if err := k.retell(); err != nil {
		return err
	}
	if _, err := k.tx.ExecContext(k.ctx, `INSERT INTO numbers (day, last) SELECT day, max(number) FROM tickets WHERE number > 0 GROUP BY day
		ON CONFLICT (day) DO UPDATE SET last = max(last, excluded.last)`); err != nil {
		return fmt.Errorf("count the numbers: %w", err)
	}
	return k.finishMeta(max(last, k.number("epoch")) + epochJump)
}

const (
	// boardJump is how far a recovered board's sequence is beyond what anybody has seen of it.
	boardJump = 1 << 20
	// epochJump is how far the epoch of a recovery is beyond the last one: the cloud, which counts by one, may have begun the next for a healing
	// that the damage ended, and would take an empty outbox in it for that one.
	epochJump = 1 << 16
)

// finishMeta begins an epoch of its own: nothing of the old ones is taken for acknowledged, and the next SYNC sees two histories. In it stands
// only how those orders ended that nothing else tells of.
func (k *keeper) finishMeta(epoch int64) error {
	command, commands := k.number("cmd_seq"), text(k.node["cmd_id"])
	var obeyed int64
	var name string
	err := k.tx.QueryRowContext(k.ctx, `SELECT cmd_seq, cmd_id FROM inbox ORDER BY cmd_seq DESC LIMIT 1`).Scan(&obeyed, &name)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("read the last command: %w", err)
	}
	if obeyed > command {
		command, commands = obeyed, name
	}
	n := node{tip: link.Mark{Epoch: uint64(epoch)}}
	if err := k.tellEnded(&n); err != nil {
		return err
	}
	_, err = k.tx.ExecContext(k.ctx, `UPDATE meta SET device = coalesce(nullif(?, ''), device), epoch = ?, next_seq = ?, tip_hash = ?, board_seq = ?,
		cmd_seq = ?, cmd_id = ?`, text(k.node["device"]), epoch, int64(n.tip.Seq)+1, n.tip.Hash[:], k.number("board_seq")+boardJump, command, commands)
	if err != nil {
		return fmt.Errorf("write the node's row: %w", err)
	}
	return nil
}

// number is what the damaged file's row of the node says, 0 when that cannot be read.
func (k *keeper) number(column string) int64 {
	n, _ := k.node[column].(int64)
	return n
}

func decodes(v, into any) bool { return json.Unmarshal(raw(v), into) == nil }

// travels tells whether an event is one that can be sent.
func travels(e link.Event) bool { return e.Check() == nil && json.Valid(e.Body) }

func text(v any) string {
	s, _ := v.(string)
	return s
}

func raw(v any) []byte {
	switch b := v.(type) {
	case string:
		return []byte(b)
	case []byte:
		return b
	}
	return nil
}

// stock keeps a row about the shelves.
func (k *keeper) stock(table string) func(row) (bool, error) {
	return func(r row) (bool, error) {
		k.shelves = true
		return k.insert(table, r)
	}
}

// recount asks for a count when something about the shelves is lost: what the ledger says lies there does not. A file of before there was a
// ledger has lost nothing.
func (k *keeper) recount(saved Saved) error {
	if saved.Table != "stock_shelves" && saved.Table != "stock_ledger" || saved.Refused == 0 && (!saved.Holes || !k.shelves) {
		return nil
	}
	return k.ask(kitchen.CountStock, "stock")
}

// money keeps a row about the till.
func (k *keeper) money(table string) func(row) (bool, error) {
	return func(r row) (bool, error) {
		k.cash = true
		return k.insert(table, r)
	}
}

// recountCash asks for a count of the drawer when a till or an entry of its ledger is lost.
func (k *keeper) recountCash(saved Saved) error {
	if saved.Table == "tills" {
		k.drawers = saved
	}
	if saved.Table != "cash" || k.drawers.Refused+saved.Refused == 0 && (!k.cash || !k.drawers.Holes && !saved.Holes) {
		return nil
	}
	return k.ask(kitchen.CountCash, "till")
}

// ask raises an alert that somebody is to count.
func (k *keeper) ask(what, device string) error {
	_, err := k.insert("alerts", row{"id": what, "device": device, "what": what, "level": "warning", "order_id": "", "since": k.at.UnixMilli()})
	return err
}
