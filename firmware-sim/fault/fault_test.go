package fault_test

import (
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"awesome.pizza/firmware-sim/fault"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func parse(t *testing.T, script string) []fault.Fault {
	t.Helper()
	faults, err := fault.Parse(script)
	if err != nil {
		t.Fatal(err)
	}
	return faults
}

func TestScriptsAreRead(t *testing.T) {
	t.Parallel()
	script := "oven-1:silent@60s+30s,*:duplicate=0.1, oven-2:drift=+3C/min,*:garbage=0.01,*:reboot@120s,oven-1:clock=-10m,"
	want := []fault.Fault{
		{Device: "oven-1", Kind: fault.Silent, From: time.Minute, For: 30 * time.Second},
		{Device: "*", Kind: fault.Duplicate, Chance: 0.1},
		{Device: "oven-2", Kind: fault.Drift, Slope: 3},
		{Device: "*", Kind: fault.Garbage, Chance: 0.01},
		{Device: "*", Kind: fault.Reboot, From: 2 * time.Minute},
		{Device: "oven-1", Kind: fault.Clock, Shift: -10 * time.Minute},
	}
	got := parse(t, script)
	if len(got) != len(want) {
		t.Fatalf("read %v", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("fault %d is %+v, want %+v", i, got[i], want[i])
		}
	}
}

func TestUnusableScriptsSayWhatToWrite(t *testing.T) {
	t.Parallel()
	for _, script := range []string{
		"silent", ":silent", "o:fire", "o:silent=1", "o:drop", "o:drop=2", "o:drop=-1", "o:drop=NaN", "o:drift=3", "o:clock=later", "o:silent@soon", "o:silent@-1s",
		"o:silent@1s+", "o:silent@1s+0s", "o:", "*:stuck@",
	} {
		_, err := fault.Parse(script)
		if err == nil || !strings.Contains(err.Error(), "write DEVICE:FAULT") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: %v", script, err)
		}
	}
}

func TestWhatIsWrittenIsReadTheSame(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		f := fault.Fault{Device: "d", Kind: rapid.SampledFrom(fault.Kinds()).Draw(t, "kind")}
		switch f.Kind {
		case fault.Drop, fault.Duplicate, fault.Reorder, fault.Garbage:
			f.Chance = float64(rapid.IntRange(0, 100).Draw(t, "percent")) / 100
		case fault.Drift:
			f.Slope = float64(rapid.IntRange(-90, 90).Draw(t, "slope")) / 10
		case fault.Clock:
			f.Shift = time.Duration(rapid.IntRange(-1e6, 1e6).Draw(t, "shift")) * time.Second
		case fault.Slow, fault.HangUp:
			f.Amount = float64(rapid.IntRange(1, 1e6).Draw(t, "amount"))
		case fault.Silent, fault.Stuck, fault.Reboot, fault.PaperOut, fault.PaperLow, fault.CoverOpen, fault.Jam:
		}
		f.From = time.Duration(rapid.IntRange(0, 1e6).Draw(t, "from")) * time.Millisecond
		f.For = time.Duration(rapid.IntRange(0, 1e6).Draw(t, "for")) * time.Millisecond
		got, err := fault.Parse(f.String())
		if err != nil || len(got) != 1 || got[0] != f {
			t.Fatalf("%s is read as %+v, %v", f, got, err)
		}
	})
}

func TestFaultsBeginAndEnd(t *testing.T) {
	t.Parallel()
	s := fault.NewScript("oven-1", parse(t, "oven-1:silent@60s+30s,oven-2:stuck,*:drift=+3C/min@10s,*:clock=+1h@1m+1m,*:drop=0.1,oven-1:drop=0.3@1m"))
	for age, want := range map[time.Duration]fault.State{
		0:                 {Drop: 0.1},
		40 * time.Second:  {Drop: 0.1, Offset: 1.5},
		70 * time.Second:  {Drop: 0.3, Offset: 3, Silent: true, Shift: time.Hour},
		90 * time.Second:  {Drop: 0.3, Offset: 4, Shift: time.Hour},
		130 * time.Second: {Drop: 0.3, Offset: 6},
	} {
		if got := s.At(age); got != want {
			t.Errorf("at %v: %+v, want %+v", age, got, want)
		}
	}
}

func TestADeviceIsHitByAnyOfItsNames(t *testing.T) {
	t.Parallel()
	s := fault.NewScript("r1.oven-1", parse(t, "oven-1:silent,r1.oven-1:stuck,r2.oven-1:drop=1"), "oven-1")
	if got := s.At(0); got != (fault.State{Silent: true, Stuck: true}) {
		t.Errorf("%+v", got)
	}
}

func TestEachRebootHappensOnce(t *testing.T) {
	t.Parallel()
	s := fault.NewScript("oven-1", parse(t, "*:reboot@10s,oven-1:reboot@20s,oven-2:reboot@15s"))
	var reboots []time.Duration
	for age := time.Duration(0); age < 30*time.Second; age += 250 * time.Millisecond {
		if s.Reboots(age) {
			reboots = append(reboots, age)
		}
	}
	if len(reboots) != 2 || reboots[0] != 10*time.Second || reboots[1] != 20*time.Second {
		t.Errorf("rebooted at %v", reboots)
	}
	if left := s.Faults(30 * time.Second); len(left) != 0 {
		t.Errorf("still to come: %v", left)
	}
}

func TestAFaultCanBeAddedLateAndTakenBack(t *testing.T) {
	t.Parallel()
	s := fault.NewScript("oven-1", nil)
	s.Add(fault.Fault{Kind: fault.Silent, For: 5 * time.Second}, time.Hour)
	if s.At(time.Hour-1).Silent || !s.At(time.Hour+4*time.Second).Silent || s.At(time.Hour+5*time.Second).Silent {
		t.Error("silence added at an hour does not last from there for five seconds")
	}
	s.Add(fault.Fault{Kind: fault.Stuck}, time.Hour)
	if got := s.Faults(2 * time.Hour); len(got) != 1 || got[0].Kind != fault.Stuck {
		t.Errorf("going on are %v", got)
	}
	s.Clear()
	if s.At(2 * time.Hour).Stuck {
		t.Error("a cleared fault goes on")
	}
}
