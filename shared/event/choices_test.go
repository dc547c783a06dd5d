package event_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"awesome.pizza/shared/event"
	"awesome.pizza/shared/order"
)

// The fields that lines have won since their kinds were published, in golden files of their own.
func TestLinesWithCrustSauceCutAndAllergiesReadTheirGoldenFiles(t *testing.T) {
	t.Parallel()
	for _, want := range bodies() {
		switch b := want.(type) {
		case event.OrderTaken:
			choose(&b.Order.Lines[0].Crust, &b.Order.Lines[0].Sauce, &b.Order.Lines[0].Cut, &b.Order.Lines[0].Avoid)
			want = b
		case event.OrderOffered:
			choose(&b.Order.Lines[0].Crust, &b.Order.Lines[0].Sauce, &b.Order.Lines[0].Cut, &b.Order.Lines[0].Avoid)
			want = b
		case event.OrderChanged:
			choose(&b.Lines[0].Crust, &b.Lines[0].Sauce, &b.Lines[0].Cut, &b.Lines[0].Avoid)
			want = b
		default:
			continue
		}
		path := filepath.Join("testdata", "choices", want.Kind()+".json")
		if _, err := os.Stat(path); *update && os.IsNotExist(err) {
			raw, _ := json.MarshalIndent(want, "", "  ")
			if err := os.WriteFile(path, append(raw, '\n'), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		golden, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		got, err := event.Decode(want.Kind(), golden)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%s reads differently than it was written: %v (-want +got):\n%s", want.Kind(), err, diff)
		}
		again, err := event.Encode(got)
		if diff := cmp.Diff(jsonOf(t, golden), jsonOf(t, again)); err != nil || diff != "" {
			t.Errorf("%s is not written as its golden file says: %v (-golden +now):\n%s", want.Kind(), err, diff)
		}
	}
}

func choose(crust, sauce, cut *string, avoid *[]string) {
	*crust, *sauce, *cut, *avoid = "stuffed", "bbq", "squares", []string{"peanuts", "nuts"}
}

// A step to the queue says of which business day its number is.
func TestAStepThatSaysItsDayReadsItsGoldenFile(t *testing.T) {
	t.Parallel()
	want := event.OrderStepped{Order: "0198c0de-0000-7000-8000-000000000001", Action: order.Queue, Number: 42, Day: "2026-07-03", Cause: event.ByRule}
	golden, err := os.ReadFile(filepath.Join("testdata", "choices", want.Kind()+".json"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := event.Decode(want.Kind(), golden)
	if diff := cmp.Diff(event.Body(want), got); err != nil || diff != "" {
		t.Errorf("it reads differently than it was written: %v (-want +got):\n%s", err, diff)
	}
	again, err := event.Encode(got)
	if diff := cmp.Diff(jsonOf(t, golden), jsonOf(t, again)); err != nil || diff != "" {
		t.Errorf("it is not written as its golden file says: %v (-golden +now):\n%s", err, diff)
	}
}
