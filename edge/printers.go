package edge

import (
	"context"
	"log/slog"
	"time"

	"awesome.pizza/edge/kds"
	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/printer"
	"awesome.pizza/edge/store"
	"awesome.pizza/shared/menu"
)

// printers are the restaurant's printers, for the displays.
type printers struct {
	room *printer.Room
	db   *store.Store
}

// openPrinters makes the printers of a house; they are off until they run.
func (c *Config) openPrinters(h House, zone string, m *menu.Menu, db *store.Store, k *kitchen.Kitchen, now *hours, log *slog.Logger) (printers, error) {
	at, err := c.zone(zone)
	if err != nil {
		return printers{}, err
	}
	room := printer.New(printer.Settings{Printers: h.Printers, Menu: m, Zone: at, Clock: now, Log: log}, db, k)
	return printers{room, db}, nil
}

// Printers is how all printers are now.
func (p printers) Printers() []kds.PrinterView {
	var views []kds.PrinterView
	for _, v := range p.room.Printers() {
		view := kds.PrinterView{
			ID: v.Spec.ID, Name: v.Spec.Name, Address: v.Spec.Address, State: string(v.State.Condition), Detail: v.State.Detail,
			PaperLow: v.State.PaperLow, Since: milli(v.State.Since), Queue: v.Queue, Backup: v.Spec.Backup, OnBackup: v.Backup != "",
			Jobs: append([]kitchen.Paper{}, v.Spec.Jobs...), Stations: append([]string{}, v.Spec.Stations...),
		}
		if !v.State.Printed.IsZero() {
			printed := milli(v.State.Printed)
			view.Printed = &printed
		}
		views = append(views, view)
	}
	return views
}

// Prints is the newest paper of a printer.
func (p printers) Prints(ctx context.Context, id string, most int) ([]kitchen.Printed, error) {
	return p.db.Prints(ctx, id, most)
}

func milli(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }

// outlets are the printers as far as the kitchen cares.
func (h House) outlets() (all []kitchen.Printer) {
	for _, p := range h.Printers {
		all = append(all, p.Kitchen())
	}
	return all
}
