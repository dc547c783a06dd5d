package cloud

import (
	"slices"
	"testing"

	"awesome.pizza/cloud/acts"
	"awesome.pizza/shared/link"
)

func TestWhatACounterSaysIsInTheLogWithWhoSaidIt(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.ask("r1", link.DeskRequest{Ask: link.DeskLook})
	w.ask("r1", link.DeskRequest{Ask: link.DeskAssign, Order: w.own, Driver: w.ours.ID, By: "grace"})
	w.ask("r1", link.DeskRequest{Ask: link.DeskAssign, Order: w.own, Driver: w.ours.ID}) // again, and nobody is signed in any more
	w.ask("r1", link.DeskRequest{Ask: link.DeskAssign, Order: w.own, Driver: w.theirs.ID, Instead: w.ours.ID, By: "grace"})
	w.ask("r1", link.DeskRequest{Ask: link.DeskUnassign, Order: w.own, Driver: w.ours.ID, By: "grace"})
	all, _, err := w.db.Acts(t.Context(), acts.Query{Restaurant: "r1", Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(all)
	name := map[string]string{w.ours.ID: "Grace", w.theirs.ID: "Linus"}
	var got []string
	for _, a := range all {
		if a.Who.Role != acts.Counter || a.Who.Restaurant != "r1" || a.On.ID != string(w.own) || a.Request == "" || len(a.Changes) == 0 {
			t.Errorf("%+v", a)
		}
		c := a.Changes[0]
		got = append(got, a.Who.ID+" "+a.What+" "+name[c.From]+">"+name[c.To]+" "+string(a.Outcome)+" "+a.Code)
	}
	want := []string{
		"grace assign_driver >Grace done ", " assign_driver >Grace done ", "grace assign_driver Grace>Linus refused no_such_driver", "grace unassign_driver Grace> done ",
	}
	if !slices.Equal(got, want) {
		t.Errorf("\n%q\nnot\n%q", got, want)
	}
}
