package mdrp_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"awesome.pizza/cloud/dispatch/engine"
	"awesome.pizza/cloud/dispatch/mdrp"
)

// town is a day of our own making: restaurants in the middle of 6 × 6 km, guests all over it.
func town(seed uint64, orders, couriers int) *mdrp.Instance {
	dice := rand.New(rand.NewPCG(seed, 7))
	metres := func(from, to int) float64 { return float64(from + dice.IntN(to-from)) }
	in := &mdrp.Instance{
		Name:       fmt.Sprintf("%do100t100s1p100", seed%10),
		Parameters: mdrp.Parameters{Speed: 320, Pickup: 4, Dropoff: 4, Target: 40, Most: 90, PerOrder: 10, PerHour: 15},
	}
	for i := range 5 {
		in.Restaurants = append(in.Restaurants, mdrp.Restaurant{ID: fmt.Sprintf("r%d", i+1), X: metres(2000, 4000), Y: metres(2000, 4000)})
	}
	for i := range couriers {
		on := dice.IntN(60)
		in.Couriers = append(in.Couriers, mdrp.Courier{
			ID: fmt.Sprintf("c%d", i+1), X: metres(0, 6000), Y: metres(0, 6000), On: on, Off: on + 180 + dice.IntN(120),
		})
	}
	for i := range orders {
		placed := dice.IntN(200)
		in.Orders = append(in.Orders, mdrp.Order{
			ID: fmt.Sprintf("o%d", i+1), X: metres(0, 6000), Y: metres(0, 6000), Placed: placed,
			Restaurant: in.Restaurants[dice.IntN(5)].ID, Ready: placed + 8 + dice.IntN(15),
		})
	}
	return in
}

// quick are the weights with a shorter search: these days are small, and there are many.
func quick() engine.Weights {
	w := mdrp.Weights()
	w.Steps = 40
	return w
}

// still is a clock that stands: what is measured does not differ between runs.
func still() time.Time { return time.Time{} }

func play(t testing.TB, in *mdrp.Instance, c mdrp.Category) *mdrp.Solution {
	t.Helper()
	p := mdrp.NewPolicy(mdrp.Init{Parameters: in.Parameters, Restaurants: in.Restaurants, Couriers: in.Couriers}, c, quick())
	s, err := mdrp.Play(in, c, p.Minute, still)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func files(t *testing.T, in *mdrp.Instance, s *mdrp.Solution) string {
	t.Helper()
	folder := t.TempDir()
	if err := s.Write(in, folder); err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, name := range []string{"solution_info_assignments.txt", "solution_info_orders.txt", "solution_info_couriers.txt"} {
		text, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		all.Write(text)
	}
	return all.String()
}

func TestEnoughCouriersBringEverythingInGoodTime(t *testing.T) {
	t.Parallel()
	in := town(1, 60, 20)
	for i := range in.Couriers {
		in.Couriers[i].On, in.Couriers[i].Off = 0, 400
	}
	for _, c := range []mdrp.Category{mdrp.N, mdrp.P, mdrp.E} {
		m := mdrp.Measure(in, play(t, in, c))
		if m.Delivered != 60 || m.Excess < 0 || m.Excess > 3 || m.ReadyToPickup > 4 {
			t.Errorf("%s: %+v", c, m)
		}
	}
}

func TestTheSameDayIsPlayedTheSameWay(t *testing.T) {
	t.Parallel()
	in := town(2, 60, 9)
	for _, c := range []mdrp.Category{mdrp.N, mdrp.P, mdrp.E} {
		if first := files(t, in, play(t, in, c)); first != files(t, in, play(t, in, c)) {
			t.Errorf("%s: two runs differ", c)
		}
	}
}

// TestADispatcherThatDiesIsRebuiltFromTheDay replaces the policy twenty times in a day by one that is told of the day again.
func TestADispatcherThatDiesIsRebuiltFromTheDay(t *testing.T) {
	t.Parallel()
	dice := rand.New(rand.NewPCG(3, 3))
	in := town(3, 80, 10)
	init := mdrp.Init{Parameters: in.Parameters, Restaurants: in.Restaurants, Couriers: in.Couriers}
	whole := mdrp.Measure(in, play(t, in, mdrp.P))
	var told []mdrp.News
	var obeyed [][]mdrp.Command
	p := mdrp.NewPolicy(init, mdrp.P, quick())
	deaths := map[int]bool{}
	for len(deaths) < 20 {
		deaths[dice.IntN(240)] = true
	}
	s, err := mdrp.Play(in, mdrp.P, func(n mdrp.News) []mdrp.Command {
		if deaths[n.Now] {
			p = mdrp.NewPolicy(init, mdrp.P, quick())
			for i, before := range told {
				p.Recall(before, obeyed[i])
			}
		}
		commands := p.Minute(n)
		told, obeyed = append(told, n), append(obeyed, commands)
		return commands
	}, still)
	if err != nil {
		t.Fatal(err)
	}
	if m := mdrp.Measure(in, s); mdrp.Check(in, s) != nil || m.Delivered < whole.Delivered || m.ClickToDoor > whole.ClickToDoor*1.01 {
		t.Errorf("%.3f min with twenty deaths, %.3f without; %d and %d delivered", m.ClickToDoor, whole.ClickToDoor, m.Delivered, whole.Delivered)
	}
}

func TestAConversationInLinesDecidesAsTheProgramItselfDoes(t *testing.T) {
	t.Parallel()
	in := town(4, 40, 8)
	for _, c := range []mdrp.Category{mdrp.N, mdrp.E} {
		ask, lines := io.Pipe()
		answers, said := io.Pipe()
		done := make(chan error, 1)
		go func() { done <- mdrp.Converse(ask, said, c, quick()) }()
		say := func(v any) {
			text, err := json.Marshal(v)
			if err != nil {
				t.Error(err)
			}
			if _, err := lines.Write(append(text, '\n')); err != nil {
				t.Error(err)
			}
		}
		say(initLine(in))
		replies := json.NewDecoder(answers)
		s, err := mdrp.Play(in, c, func(n mdrp.News) []mdrp.Command {
			say(tickLine(n))
			var reply struct {
				T        int
				Commands []mdrp.Command
			}
			if err := replies.Decode(&reply); err != nil || reply.T != n.Now {
				t.Errorf("minute %d is answered as %d: %v", n.Now, reply.T, err)
			}
			return reply.Commands
		}, still)
		say(map[string]any{"type": "end"})
		if end := <-done; err != nil || end != nil {
			t.Fatal(err, end)
		}
		if files(t, in, s) != files(t, in, play(t, in, c)) {
			t.Errorf("%s: the conversation decided otherwise", c)
		}
	}
}

func initLine(in *mdrp.Instance) map[string]any {
	p := in.Parameters
	var rooms, couriers []map[string]any
	for _, r := range in.Restaurants {
		rooms = append(rooms, map[string]any{"id": r.ID, "x": r.X, "y": r.Y})
	}
	for _, c := range in.Couriers {
		couriers = append(couriers, map[string]any{"id": c.ID, "x": c.X, "y": c.Y, "on": c.On, "off": c.Off})
	}
	return map[string]any{"type": "init", "restaurants": rooms, "couriers": couriers, "params": map[string]any{
		"meters_per_minute": p.Speed, "pickup_service": p.Pickup, "dropoff_service": p.Dropoff, "target_ctd": p.Target, "max_ctd": p.Most,
		"pay_per_order": p.PerOrder, "min_pay_per_hour": p.PerHour, "tick": 1,
	}}
}

func tickLine(n mdrp.News) map[string]any {
	orders, free := []map[string]any{}, []map[string]any{}
	for _, o := range n.Orders {
		l := map[string]any{"id": o.ID, "x": o.X, "y": o.Y, "restaurant": o.Restaurant, "placed": o.Placed, "ready": o.ReadyAt}
		if o.Estimate {
			delete(l, "ready")
			l["ready_est"] = o.ReadyAt
		}
		orders = append(orders, l)
	}
	for _, f := range n.Free {
		free = append(free, map[string]any{"courier": f.Courier, "at": f.At, "free_at": f.Since})
	}
	return map[string]any{"type": "tick", "t": n.Now, "orders": orders, "became_ready": n.Ready, "free": free}
}

func TestAConversationThatIsNotUnderstoodSaysWhichLine(t *testing.T) {
	t.Parallel()
	start := `{"type":"init","params":{"meters_per_minute":320},"restaurants":[{"id":"r1"}],"couriers":[]}` + "\n"
	for name, c := range map[string]struct{ said, want string }{
		"no JSON":            {"pizza\n", "line 1 is not understood"},
		"a tick first":       {`{"type":"tick","t":0}` + "\n", "first init"},
		"no speed":           {`{"type":"init"}` + "\n", "above zero"},
		"an order of nobody": {start + `{"type":"tick","orders":[{"id":"o1","restaurant":"r9","ready":4}]}` + "\n", `line 2: order "o1" is of restaurant "r9"`},
		"never ready":        {start + `{"type":"tick","orders":[{"id":"o1","restaurant":"r1"}]}` + "\n", "neither ready nor ready_est"},
	} {
		if err := mdrp.Converse(strings.NewReader(c.said), io.Discard, mdrp.P, quick()); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWholeNumbersMayBeWrittenWithAPoint(t *testing.T) {
	t.Parallel()
	day := func(params, tick string) (string, error) {
		var out strings.Builder
		err := mdrp.Converse(strings.NewReader("\ufeff"+`{"type":"init","params":{"meters_per_minute":320,"pickup_service":`+params+`},`+
			`"restaurants":[{"id":"r1"}],"couriers":[{"id":"c1","on":0.0,"off":90}]}`+"\n\n"+tick+"\n"), &out, mdrp.P, quick())
		return out.String(), err
	}
	tick := `{"type":"tick","t":4.0,"orders":[{"id":"o1","x":3200,"restaurant":"r1","placed":4,"ready":%s}],"free":[{"courier":"c1","at":"0","free_at":0}]}`
	plain, err := day("4", strings.ReplaceAll(fmt.Sprintf(tick, "4"), "4.0", "4"))
	if pointed, other := day("4.0", fmt.Sprintf(tick, "4.0")); err != nil || other != nil || pointed != plain || !strings.Contains(plain, "c1") {
		t.Errorf("%q, %v; %q, %v", plain, err, pointed, other)
	}
	if _, err := day("4", fmt.Sprintf(tick, "4.5")); err == nil || !strings.Contains(err.Error(), "4.5 is no whole number") {
		t.Error(err)
	}
}

func TestADayThatCannotBePlayedIsRefused(t *testing.T) {
	t.Parallel()
	for want, spoil := range map[string]func(in *mdrp.Instance){
		`courier "c1" is there twice`: func(in *mdrp.Instance) { in.Couriers[1].ID = "c1" },
		`courier "c2"`:                func(in *mdrp.Instance) { in.Couriers[1].Off = 900_000_000 },
		`courier "c3"`:                func(in *mdrp.Instance) { in.Couriers[2].On = in.Couriers[2].Off + 1 },
		"it has to name the columns":  nil,
	} {
		in, folder := town(4, 10, 3), filepath.Join(t.TempDir(), "4o100t100s1p100")
		if spoil != nil {
			spoil(in)
		}
		write(t, folder, in)
		if spoil == nil {
			if err := os.WriteFile(filepath.Join(folder, "restaurants.txt"), []byte("r1\t1\t2\nr2\t1\t2\n"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := mdrp.Read(folder); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}

func TestASolutionThatCouldNotHaveHappenedIsFound(t *testing.T) {
	t.Parallel()
	in := town(5, 40, 8)
	for name, spoil := range map[string]func(s *mdrp.Solution){
		"fetched before it is ready": func(s *mdrp.Solution) { s.Assignments[3].Pickup -= 60 },
		"told after the pick-up":     func(s *mdrp.Solution) { s.Assignments[3].At = s.Assignments[3].Pickup + 1 },
		"by somebody else":           func(s *mdrp.Solution) { s.Assignments[3].Courier = "c99" },
		"there sooner": func(s *mdrp.Solution) {
			d := s.Deliveries[s.Assignments[3].Orders[0]]
			d.Drop--
			s.Deliveries[s.Assignments[3].Orders[0]] = d
		},
		"a way left out": func(s *mdrp.Solution) {
			who := s.Assignments[3].Courier
			s.Moves[who] = slices.Delete(s.Moves[who], 0, 1)
		},
		"on the way too soon": func(s *mdrp.Solution) { s.Moves[s.Assignments[3].Courier][1].Leave = 0 },
		"brought twice":       func(s *mdrp.Solution) { s.Assignments = append(s.Assignments, s.Assignments[3]) },
	} {
		s := play(t, in, mdrp.N)
		if err := mdrp.Check(in, s); err != nil {
			t.Fatal(err)
		}
		if spoil(s); mdrp.Check(in, s) == nil {
			t.Errorf("%s: nothing is wrong with it", name)
		}
	}
}

func TestDaysAreReadFromAFolderAndMeasuredByGroup(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	for seed := range uint64(3) {
		write(t, filepath.Join(folder, town(seed, 30, 8).Name), town(seed, 30, 8))
	}
	b := mdrp.Bench{Instances: folder, Category: mdrp.N, Weights: quick(), Out: filepath.Join(folder, "out"), Workers: 2}
	days, err := b.Run(t.Context(), still)
	if err != nil || len(days) != 3 {
		t.Fatal(days, err)
	}
	if own := mdrp.Measure(town(1, 30, 8), play(t, town(1, 30, 8), mdrp.N)); own.ClickToDoor != days[1].ClickToDoor {
		t.Errorf("%v from the folder, %v from memory", days[1].ClickToDoor, own.ClickToDoor)
	}
	var table bytes.Buffer
	if err := mdrp.Table(&table, mdrp.N, days); err != nil || !strings.Contains(table.String(), "| all | 3 |") || strings.Contains(table.String(), "| t75") {
		t.Errorf("%s (%v)", table.String(), err)
	}
	b.Only = "9*"
	if _, err := b.Run(t.Context(), still); err == nil || !strings.Contains(err.Error(), "no instance named 9*") {
		t.Error(err)
	}
	if err := os.WriteFile(filepath.Join(folder, days[0].Name, "orders.txt"), []byte("order\n"+"o1\tx\t0\t0\tr1\t4\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	b.Only = ""
	if _, err := b.Run(t.Context(), still); err == nil || !strings.Contains(err.Error(), `row 2: "x" is no number`) {
		t.Error(err)
	}
}

// write writes an instance as its publisher does.
func write(t *testing.T, folder string, in *mdrp.Instance) {
	t.Helper()
	if err := os.MkdirAll(folder, 0o750); err != nil {
		t.Fatal(err)
	}
	text := map[string]string{
		"orders.txt": "order\n", "restaurants.txt": "restaurant\n", "couriers.txt": "courier\n",
		"instance_parameters.txt": "head\n320\t4\t4\t40\t90\t10\t15\n",
	}
	for _, o := range in.Orders {
		text["orders.txt"] += fmt.Sprintf("%s\t%v\t%v\t%d\t%s\t%d\n", o.ID, o.X, o.Y, o.Placed, o.Restaurant, o.Ready)
	}
	for _, r := range in.Restaurants {
		text["restaurants.txt"] += fmt.Sprintf("%s\t%v\t%v\n", r.ID, r.X, r.Y)
	}
	for _, c := range in.Couriers {
		text["couriers.txt"] += fmt.Sprintf("%s\t%v\t%v\t%d\t%d\n", c.ID, c.X, c.Y, c.On, c.Off)
	}
	for name, content := range text {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
