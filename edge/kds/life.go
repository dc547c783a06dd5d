package kds

import (
	"time"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/shared/money"
	"awesome.pizza/shared/order"
)

// lifeView is what happens to a ticket besides its steps.
type lifeView struct {
	Hold        *holdView    `json:"hold,omitempty"`
	HeldSeconds int          `json:"held_s,omitempty"` // so long it has not aged, all in all
	Rush        *rushView    `json:"rush,omitempty"`
	Recalled    *moment      `json:"recalled_at,omitempty"` // somebody took something back, and nothing has happened since
	Voided      bool         `json:"voided,omitempty"`      // it is shown until somebody takes note of that
	Changes     int          `json:"changes,omitempty"`     // how often its lines were changed
	Notices     []noticeView `json:"notices,omitempty"`
	Remakes     []remadeView `json:"remakes,omitempty"`
	Marks       []markView   `json:"marks,omitempty"`
	Custody     custodyView  `json:"custody"`
}

type holdView struct {
	At     *moment `json:"at"`
	Who    string  `json:"who,omitempty"`
	Reason string  `json:"reason,omitempty"`
	Until  *moment `json:"until,omitempty"`
}

type rushView struct {
	At     *moment `json:"at"`
	Who    string  `json:"who,omitempty"`
	Reason string  `json:"reason"`
}

type noticeView struct {
	ID           string             `json:"id"`
	Kind         kitchen.NoticeKind `json:"kind"`
	At           *moment            `json:"at"`
	Who          string             `json:"who,omitempty"`
	Reason       string             `json:"reason,omitempty"`
	Items        []string           `json:"items,omitempty"`
	Lines        []lineChangeView   `json:"lines,omitempty"`
	Difference   *money.Amount      `json:"difference,omitempty"`
	Acknowledged *moment            `json:"acknowledged_at,omitempty"`
	By           string             `json:"by,omitempty"`
}

type lineChangeView struct {
	Was *order.Line `json:"was,omitempty"` // none: added
	Now *order.Line `json:"now,omitempty"` // none: taken off
}

type remadeView struct {
	At     *moment  `json:"at"`
	Who    string   `json:"who,omitempty"`
	Reason string   `json:"reason"`
	Text   string   `json:"text,omitempty"`
	Items  []string `json:"items"`
}

type markView struct {
	Kind string  `json:"kind"`
	Item string  `json:"item,omitempty"`
	At   *moment `json:"at"`
	Who  string  `json:"who,omitempty"`
}

// custodyView is who had the order when.
type custodyView struct {
	Accepted *moment `json:"accepted_at,omitempty"` // by the cloud, on its clock
	Stored   *moment `json:"stored_at"`
	Rendered *moment `json:"rendered_at,omitempty"`
	Screen   string  `json:"screen,omitempty"`
	Touched  *moment `json:"touched_at,omitempty"`
	By       string  `json:"by,omitempty"`
}

func (v viewer) life(t kitchen.Ticket) lifeView {
	c := t.Custody
	l := lifeView{
		HeldSeconds: int(t.Held(v.now) / time.Second), Recalled: at(t.Recalled), Voided: t.Progress.Whole == order.Voided, Changes: t.Order.Changes,
		Custody: custodyView{
			Accepted: at(c.Accepted), Stored: at(t.TakenAt), Rendered: at(c.Shown), Screen: c.Screen, Touched: at(c.Touched), By: c.By,
		},
	}
	if h := t.Hold; h != nil {
		l.Hold = &holdView{At: at(h.At), Who: h.Who, Reason: h.Reason, Until: atMaybe(h.Until)}
	}
	if r := t.Rush; r != nil {
		l.Rush = &rushView{At: at(r.At), Who: r.Who, Reason: r.Reason}
	}
	for _, n := range t.Notices {
		view := noticeView{
			ID: n.ID, Kind: n.Kind, At: at(n.At), Who: n.Who, Reason: n.Reason, Items: n.Items, Difference: n.Difference,
			Acknowledged: at(n.Acknowledged), By: n.By,
		}
		for _, c := range n.Lines {
			view.Lines = append(view.Lines, lineChangeView(c))
		}
		l.Notices = append(l.Notices, view)
	}
	for _, r := range t.Remakes {
		l.Remakes = append(l.Remakes, remadeView{At: at(r.At), Who: r.Who, Reason: r.Reason, Text: r.Text, Items: r.Items})
	}
	for _, m := range t.Marks {
		l.Marks = append(l.Marks, markView{Kind: m.Kind, Item: m.Item, At: at(m.At), Who: m.Who})
	}
	return l
}
