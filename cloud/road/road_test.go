package road_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/cloud/ordering"
	"awesome.pizza/cloud/road"
	"awesome.pizza/shared/money"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

var noon = time.Date(2026, 7, 3, 12, 0, 0, 0, time.UTC)

// east is a place so many km east of the restaurant, so many seconds after noon.
func east(km, seconds float64) dispatch.Position {
	return dispatch.Position{Driver: "d1", Lat: 1e-9, Lon: km / 111.195, At: noon.Add(time.Duration(seconds * float64(time.Second)))}
}

func fence() *road.Fence {
	return &road.Fence{Order: "o1", Driver: "d1", Pickup: east(0, 0).Point(), Drop: east(2, 0).Point()}
}

func kinds(all []road.Evidence) (out []road.Kind) {
	for _, e := range all {
		out = append(out, e.Kind)
	}
	return out
}

func TestARunIsSeenFromTheRestaurantToTheDoorAndAway(t *testing.T) {
	t.Parallel()
	f, seen := fence(), []road.Evidence{}
	for _, step := range []struct {
		km    float64
		stand order.Delivery
	}{
		{1, order.Assigned},
		{0.05, order.Assigned},
		{0.02, order.PickedUp},
		{0.15, order.OutForDelivery},
		{0.5, order.OutForDelivery},
		{1.95, order.OutForDelivery},
		{2, order.OutForDelivery},
		{1.9, order.Delivered},
		{1.5, order.Delivered},
		{0.01, order.Delivered},
	} {
		seen = append(seen, f.See(east(step.km, step.km), 0.01, step.stand)...)
	}
	if want := []road.Kind{road.AtRestaurant, road.LeftRestaurant, road.AtDoor, road.LeftDoor}; !slices.Equal(kinds(seen), want) {
		t.Errorf("%v", seen)
	}
	if e := seen[2]; e.Metres != 50 || e.Order != "o1" || e.Driver != "d1" || !e.At.Equal(east(0, 1.95).At) {
		t.Errorf("%+v", e)
	}
}

func TestNothingIsSeenThatMayNotBe(t *testing.T) {
	t.Parallel()
	f := fence()
	if all := f.See(east(2, 0), 0.01, order.Assigned); len(all) != 0 {
		t.Errorf("the door of one who has nothing in the bag: %v", all)
	}
	if all := f.See(east(0, 1), 0.5, order.Assigned); len(all) != 0 {
		t.Errorf("by a fix that may be off by 500 m: %v", all)
	}
	f.Nowhere = true
	if all := f.See(east(2, 2), 0, order.OutForDelivery); !slices.Equal(kinds(all), []road.Kind{road.LeftRestaurant}) {
		t.Errorf("a door that nobody knows: %v", all)
	}
}

func TestEveryKindIsSeenOnceOnAnyWay(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		f, seen := fence(), map[road.Kind]int{}
		stands := []order.Delivery{order.Unassigned, order.Assigned, order.PickedUp, order.OutForDelivery, order.Delivered, order.Failed}
		for i := range rapid.IntRange(1, 60).Draw(t, "steps") {
			for _, e := range f.See(east(rapid.Float64Range(-3, 3).Draw(t, "km"), float64(i)), 0, rapid.SampledFrom(stands).Draw(t, "stands")) {
				if seen[e.Kind]++; seen[e.Kind] > 1 {
					t.Fatalf("%s twice", e.Kind)
				}
			}
		}
		if seen[road.LeftDoor] > seen[road.AtDoor] {
			t.Fatal("somebody left a door without having been there")
		}
	})
}

func TestATrailKnowsWhereADriverWasButNotForEver(t *testing.T) {
	t.Parallel()
	var trail road.Trail
	if _, ok := trail.At(noon); ok {
		t.Error("nobody was anywhere")
	}
	for s := range 4000 {
		trail.Add(east(float64(s)/1000, float64(s)))
	}
	if at, ok := trail.At(noon.Add(3990 * time.Second)); !ok || road.Metres(at, east(3.99, 0).Point()) > 20 {
		t.Errorf("%v, %v", at, ok)
	}
	for _, when := range []time.Duration{10 * time.Second, 5000 * time.Second, -time.Hour} {
		if at, ok := trail.At(noon.Add(when)); ok {
			t.Errorf("at %v: %v", when, at)
		}
	}
}

func delivered(cash bool, minor int64, at time.Time) ordering.Record {
	r := ordering.Record{Number: 7, Progress: order.Progress{Intake: order.Validated, Whole: order.HandedOver, Delivery: order.Delivered}}
	r.Order.Totals.Total = money.Of(minor, "USD")
	r.Order.Fulfilment = order.ByDelivery
	if r.Order.Payment.Method = "card_at_door"; cash {
		r.Order.Payment.Method = "cash"
	}
	r.Steps = []ordering.Step{{Status: order.StatusDelivered, At: at}}
	return r
}

func TestTheCashInABagIsWhatGuestsPaidSinceTheOneBefore(t *testing.T) {
	t.Parallel()
	end := noon.Add(time.Hour)
	b := road.Bag{Currency: "USD", Opened: noon, After: noon.Add(-time.Hour), Float: 2000, Closed: &end, Counted: 3400, Drops: []road.Drop{{Amount: 1000}}}
	other := delivered(true, 5, noon.Add(time.Minute))
	other.Order.Totals.Total.Currency = "EUR"
	way := delivered(true, 6, noon.Add(time.Minute))
	way.Progress.Delivery = order.OutForDelivery
	b.Fill([]ordering.Record{
		delivered(true, 1500, noon.Add(time.Minute)), delivered(true, 1000, end), delivered(false, 1, noon.Add(time.Minute)), other, way,
		delivered(true, 200, noon.Add(-time.Second)), delivered(true, 2, noon.Add(-time.Hour)), delivered(true, 3, end.Add(time.Second)),
	})
	if b.Collected() != 2700 || b.Dropped() != 1000 || b.Expected() != 3700 || b.Difference() != -300 || len(b.Taken) != 3 {
		t.Errorf("%+v: collected %d, expected %d, difference %d", b, b.Collected(), b.Expected(), b.Difference())
	}
}

func TestAmountsThatCannotBeAreRefused(t *testing.T) {
	t.Parallel()
	full := road.Bag{Drops: make([]road.Drop, road.MaxDrops)}
	for what, err := range map[string]error{
		"less than nothing": road.CheckAmount(-1), "too much": road.CheckAmount(road.MostMinor + 1), "nothing": (&road.Bag{}).CheckDrop(0),
		"one too many": full.CheckDrop(1), "more than is in it": (&road.Bag{Float: 500, Drops: []road.Drop{{Amount: 200}}}).CheckDrop(301),
	} {
		if problem.Of(err) == nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := (&road.Bag{Float: road.MostMinor}).CheckDrop(road.MostMinor); err != nil {
		t.Error(err)
	}
}

func TestAnOrdersWayIsCutIntoItsParts(t *testing.T) {
	t.Parallel()
	r := delivered(true, 1, noon.Add(40*time.Minute))
	r.Order.PlacedAt, r.Order.Promise.To = noon, noon.Add(30*time.Minute)
	away := 700
	r.Steps = []ordering.Step{
		{Status: order.StatusBaking, At: noon.Add(5 * time.Minute)},
		{Status: order.StatusReadyForPickup, At: noon.Add(12 * time.Minute)},
		{Status: order.StatusDriverAssigned, At: noon.Add(13 * time.Minute)},
		{Status: order.StatusOutForDelivery, At: noon.Add(20 * time.Minute)},
		{Status: order.StatusDelivered, At: noon.Add(40 * time.Minute), Away: &away},
	}
	p := road.PartsOf(&r, noon.Add(37*time.Minute))
	for what, got := range map[string]*time.Duration{"5m0s": p.Load, "8m0s": p.Rack, "20m0s": p.OutTheDoor, "17m0s": p.OnRoad, "3m0s": p.Door, "40m0s": p.Delivery} {
		if got == nil || got.String() != what {
			t.Errorf("not %s: %v", what, got)
		}
	}
	if !p.Late || !road.Afar(p.Away) {
		t.Errorf("%+v", p)
	}
	unseen := road.PartsOf(&r, time.Time{})
	if unseen.Door != nil || unseen.OnRoad.String() != "20m0s" {
		t.Errorf("without having been seen at the door: %+v", unseen)
	}
	f := road.Sum([]road.Parts{p, unseen, {}})
	if f.Orders != 3 || f.Delivered != 2 || f.Late != 2 || f.Afar != 2 || f.Door.N != 1 || f.OnRoad.P50 != 20*time.Minute || f.Load.P90 != 5*time.Minute {
		t.Errorf("%+v", f)
	}
}

func TestAProofShowsSomethingOrIsRefused(t *testing.T) {
	t.Parallel()
	r := delivered(true, 1, noon)
	r.Token = "TOKEN"
	jpeg := []byte("\xff\xd8\xff\xe0\x00\x10JFIF\x00")
	for what, c := range map[string]struct {
		proof road.Proof
		code  string
		want  string
	}{
		"a picture":             {road.Proof{Kind: road.Photo, Photo: jpeg}, "", ""},
		"a picture too large":   {road.Proof{Kind: road.Photo, Photo: append(slices.Clone(jpeg), make([]byte, road.MaxPhoto)...)}, "", "bad_proof"},
		"a page for a picture":  {road.Proof{Kind: road.Photo, Photo: []byte("<html><script>")}, "", "bad_proof"},
		"no picture":            {road.Proof{Kind: road.Photo}, "", "bad_proof"},
		"a name":                {road.Proof{Kind: road.Name, Said: " Ada "}, "", ""},
		"a name of nothing":     {road.Proof{Kind: road.Name, Said: "  "}, "", "bad_proof"},
		"a name without an end": {road.Proof{Kind: road.Name, Said: strings.Repeat("a", 101)}, "", "bad_proof"},
		"a name with a bell":    {road.Proof{Kind: road.Name, Said: "Ada\a"}, "", "bad_proof"},
		"the guest's code":      {road.Proof{Kind: road.Code}, road.DoorCode(&r), ""},
		"another code":          {road.Proof{Kind: road.Code}, "x", "wrong_code"},
		"something else":        {road.Proof{Kind: "song"}, "", "bad_proof"},
	} {
		err, code := c.proof.Check(&r, c.code), ""
		if p := problem.Of(err); p != nil {
			code = p.Code
		}
		if code != c.want {
			t.Errorf("%s: %v", what, err)
		}
	}
	r.Progress.Delivery = order.Assigned
	if err := (&road.Proof{Kind: road.Name, Said: "Ada"}).Check(&r, ""); !problem.Is(err, problem.Conflict) {
		t.Errorf("before it has left: %v", err)
	}
}
