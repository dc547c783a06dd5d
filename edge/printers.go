package edge

import (
	"context"
	"time"

	"awesome.pizza/edge/kds"
	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/printer"
	"awesome.pizza/edge/store"
)

// printers are the restaurant's printers, for the displays.
type printers struct {
	room *printer.Room
	db   *store.Store
}

// furnish opens the ovens and makes the printers of a house; all are off until they run.
func (c *Config) furnish(at place, db *store.Store, k *kitchen.Kitchen) (*ovens, printers, error) {
	hearths, err := openOvens(at.house, k, at.now, at.log)
	if err != nil {
		return nil, printers{}, err
	}
	zone, err := c.zone(at.enrolment.TimeZone)
	if err != nil {
		return nil, printers{}, err
	}
	room := printer.New(printer.Settings{Printers: at.house.Printers, Menu: at.dishes, Card: k.Menu, Zone: zone, Clock: at.now, Log: at.log}, db, k)
	return hearths, printers{room, db}, nil
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
