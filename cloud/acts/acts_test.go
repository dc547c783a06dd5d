package acts_test

import (
	"strconv"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"awesome.pizza/cloud/acts"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestWhatPeopleWriteIsKeptWithoutTelephoneNumbers(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"the guest called":              "the guest called",
		"call +1 202-555-0123, please":  "call +…, please",
		"call (202) 555 0123":           "call (…",
		"he rang 202 555 0123 twice":    "he rang … twice",
		"order 4711 twice":              "order 4711 twice",
		"2 of 3 at 18:05":               "2 of 3 at 18:05",
		"a\x00b\nc":                     "a b c",
		"":                              "",
		strings.Repeat("x", 300):        strings.Repeat("x", acts.MostText-1) + "…",
		strings.Repeat("é", 300) + "12": strings.Repeat("é", acts.MostText-1) + "…",
	} {
		_, o := acts.Begin(t.Context(), acts.Who{Role: acts.Staff}, "cancel_order", "", acts.Subject{})
		o.Words("reason", text)
		got := ""
		if all := o.Line().Changes; len(all) > 0 {
			got = all[0].To
		}
		if got != want {
			t.Errorf("%q is kept as %q, not %q", text, got, want)
		}
	}
}

func TestTheLastWordAboutAFieldCountsAndALineHasBounds(t *testing.T) {
	t.Parallel()
	ctx, o := acts.Begin(t.Context(), acts.Who{Role: acts.Staff}, "set_status", "q1", acts.Subject{Kind: acts.OfOrder, ID: "o1"})
	acts.Of(ctx).Say("status", "", "Cancelled")
	acts.Of(ctx).Say("vehicle", "", "") // nobody said one
	line := o.Line(acts.Change{Field: "status", From: "Queued", To: "Cancelled"}, acts.Change{Field: "driver", From: "d1"})
	if len(line.Changes) != 2 || line.Changes[0] != (acts.Change{Field: "status", From: "Queued", To: "Cancelled"}) || line.Outcome != acts.Done || line.Request != "q1" {
		t.Errorf("%+v", line)
	}
	if again := o.Line(); len(again.Changes) != 1 || again.Changes[0].From != "" {
		t.Errorf("a line changed what the next one begins with: %+v", again)
	}
	for n := range 50 {
		o.Say(strconv.Itoa(n), "", strings.Repeat("y", 500))
	}
	if all := o.Line().Changes; len(all) != acts.MostChanges || len([]rune(all[1].To)) != acts.MostText {
		t.Errorf("%d changes", len(all))
	}
	if o.Written() {
		t.Error("nothing was committed")
	}
	if o.Wrote(); !o.Written() {
		t.Error("something was")
	}
}

func TestWithoutAnActNothingIsNoted(t *testing.T) {
	t.Parallel()
	o := acts.Of(t.Context())
	o.Say("a", "", "b")
	o.Words("a", "b")
	o.About(acts.Subject{})
	o.Wrote()
	if o != nil {
		t.Error("there is an act")
	}
}
