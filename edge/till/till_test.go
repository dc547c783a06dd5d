package till_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"awesome.pizza/edge/till"
	"awesome.pizza/shared/problem"
)

var noon = time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)

func code(err error) string {
	if p := problem.Of(err); p != nil {
		return p.Code
	}
	return fmt.Sprint(err)
}

func TestADrawerHoldsItsFloatAndWhatWasEntered(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		float := rapid.Int64Range(0, 50_000).Draw(t, "float")
		drawer, first, err := till.Open("2026-11-28", 0, "EUR", float, "carla", noon)
		if err != nil {
			t.Fatal(err)
		}
		entries, want := []till.Entry{first}, float
		for range rapid.IntRange(0, 60).Draw(t, "entries") {
			e := till.Entry{
				Kind:   rapid.SampledFrom([]till.Kind{till.Payment, till.Refund, till.Drop, till.PayOut, till.PayIn, till.NoSale, till.Discount}).Draw(t, "kind"),
				Method: rapid.SampledFrom([]till.Method{till.Cash, till.Card}).Draw(t, "method"),
				Amount: rapid.Int64Range(-10, 20_000).Draw(t, "amount"),
			}
			next, entered, err := drawer.Enter(e, noon)
			if err != nil {
				if next != drawer || code(err) != "invalid_amount" && code(err) != "not_enough_cash" {
					t.Fatalf("%+v: %v", e, err)
				}
				continue
			}
			switch {
			case e.Method == till.Card:
			case e.Kind == till.Payment || e.Kind == till.PayIn:
				want += e.Amount
			case e.Kind == till.Refund || e.Kind == till.Drop || e.Kind == till.PayOut:
				want -= e.Amount
			}
			if drawer = next; drawer.Drawer != want || drawer.Drawer < 0 || drawer.Entries != len(entries)+1 {
				t.Fatalf("%d in the drawer instead of %d: %+v", drawer.Drawer, want, drawer)
			}
			entries = append(entries, entered)
		}
		r := till.Sum(drawer.Day, "EUR", []till.Till{drawer}, entries)
		var methods, people int64
		for _, l := range r.Methods {
			methods += l.Net
		}
		for _, l := range r.People {
			people += l.Net
		}
		if methods != r.Taken-r.Refunds || people != methods {
			t.Fatalf("the report does not agree with itself: %+v", r)
		}
	})
}

func TestClosingNamesTheDifferenceAndNothingFollows(t *testing.T) {
	t.Parallel()
	d, _, err := till.Open("2026-11-28", 1, "EUR", 10_000, "carla", noon)
	if err != nil || d.ID != "2026-11-28.2" {
		t.Fatalf("%+v, %v", d, err)
	}
	d, e, err := d.Close(9_950, "carla", "a coin rolled away", noon.Add(time.Hour))
	if err != nil || d.IsOpen() || d.Difference() != -50 || e.Kind != till.Closed || e.Amount != 9_950 {
		t.Errorf("%+v, %+v, %v", d, e, err)
	}
	if _, _, err := d.Enter(till.Entry{Kind: till.Payment, Amount: 1}, noon); code(err) != "till_closed" {
		t.Errorf("a payment into a closed till: %v", err)
	}
	if _, _, err := d.Close(1, "", "", noon); code(err) != "till_closed" {
		t.Errorf("closed twice: %v", err)
	}
	if _, _, err := (till.Till{}).Enter(till.Entry{Kind: till.NoSale}, noon); code(err) != "till_closed" {
		t.Errorf("no till at all: %v", err)
	}
}

func TestChangeIsWhatWasGivenBeyondWhatIsDue(t *testing.T) {
	t.Parallel()
	if change, err := till.Tender(1299, 2000); change != 701 || err != nil {
		t.Errorf("%d, %v", change, err)
	}
	if _, err := till.Tender(1299, 1000); code(err) != "not_enough" || problem.Of(err).Facts["missing"] != int64(299) {
		t.Errorf("%v", err)
	}
	if _, err := till.Tender(1299, till.Most+1); code(err) != "invalid_amount" {
		t.Errorf("%v", err)
	}
	if _, err := till.Tender(0, -1); code(err) != "invalid_amount" {
		t.Errorf("%v", err)
	}
}
