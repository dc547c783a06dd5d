package link_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"awesome.pizza/shared/link"
	"awesome.pizza/shared/problem"
)

func TestAQuestionOfADeskThatMakesNoSenseIsNotOne(t *testing.T) {
	t.Parallel()
	for name, q := range map[string]link.DeskRequest{
		"of no box": {Ask: link.DeskLook}, "for nothing": {Device: "UDEV1"}, "for a long word": {Device: "UDEV1", Ask: strings.Repeat("x", 21)},
		"for no more drivers":       {Device: "UDEV1", Ask: link.DeskWhatIf},
		"for fewer drivers":         {Device: "UDEV1", Ask: link.DeskWhatIf, Extra: -1},
		"for a crowd":               {Device: "UDEV1", Ask: link.DeskWhatIf, Extra: link.DeskExtra + 1},
		"to give nothing":           {Device: "UDEV1", Ask: link.DeskAssign, Driver: "d1"},
		"to give to nobody":         {Device: "UDEV1", Ask: link.DeskAssign, Order: "o1"},
		"to take from nobody":       {Device: "UDEV1", Ask: link.DeskUnassign, Order: "o1"},
		"with a speech":             {Device: "UDEV1", Ask: link.DeskAssign, Order: "o1", Driver: "d1", Reason: strings.Repeat("é", link.DeskReasonMost+1)},
		"to give instead of a song": {Device: "UDEV1", Ask: link.DeskAssign, Order: "o1", Driver: "d1", Instead: strings.Repeat("la", 1000)},
	} {
		if _, err := link.Encode(q); !errors.Is(err, link.ErrCorrupt) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// What a later node asks is a question all the same: whoever does not know it says so.
	if _, err := link.Encode(link.DeskRequest{Device: "UDEV1", Ask: "tip"}); err != nil {
		t.Error(err)
	}
}

func TestAnAnswerToADeskSaysOneThing(t *testing.T) {
	t.Parallel()
	board := link.DeskBoard{AsOf: time.Now()}
	full := board
	full.Orders = make([]link.DeskOrder, link.DeskOrders+1)
	crowd := board
	crowd.Drivers = make([]link.DeskDriver, link.DeskDrivers+1)
	for name, a := range map[string]link.DeskReply{
		"nothing": {}, "two things": {Board: &board, WhatIf: &link.DeskCompare{}}, "a board of no time": {Board: &link.DeskBoard{}},
		"no reason": {Refused: &link.DeskRefusal{}}, "too many orders": {Board: &full}, "too many drivers": {Board: &crowd},
	} {
		if _, err := link.Encode(a); !errors.Is(err, link.ErrCorrupt) {
			t.Errorf("%s: %v", name, err)
		}
	}
	was := problem.New(problem.Conflict, "not_with_driver", "it is %d%% somebody else's", 100)
	if is := link.Refusal(was).Problem(); is.Kind != was.Kind || is.Code != was.Code || is.Detail != was.Detail {
		t.Errorf("a refusal comes as %+v", is)
	}
}

// The fullest board there is fits into one message.
func TestTheFullestBoardFits(t *testing.T) {
	t.Parallel()
	one := *goldenDesk().Board
	b := link.DeskBoard{AsOf: one.AsOf, Restaurants: one.Restaurants}
	for range link.DeskOrders {
		o := one.Orders[0]
		for range 6 {
			o.Plan.Because = append(o.Plan.Because, "the next best driver would cost 12 min more, and then some")
		}
		b.Orders = append(b.Orders, o)
	}
	for range link.DeskDrivers {
		d := one.Drivers[0]
		d.Name = strings.Repeat("n", 100)
		b.Drivers = append(b.Drivers, d)
	}
	for i := range link.DeskOrders { // each is somebody's
		d := &b.Drivers[i%link.DeskDrivers]
		d.Orders, d.Way = append(d.Orders, one.Orders[0].Order), append(d.Way, one.Orders[0].Order)
	}
	if _, err := link.Encode(link.DeskReply{Board: &b}); err != nil {
		t.Error(err)
	}
}
