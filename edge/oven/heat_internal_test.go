package oven

import (
	"testing"
	"time"

	"awesome.pizza/shared/wire"
)

// heating asks an oven of two decks once a second, and says how they are at the end.
func heating(w *watch, from time.Time, seconds int, air func(second int) (top, bottom Celsius)) (told []Observation, heats []Heat, until time.Time) {
	for s := range seconds {
		from = from.Add(time.Second)
		top, bottom := air(s)
		r := Reading{At: from, Chambers: []Chamber{{"top", top}, {"bottom", bottom}}}
		for _, o := range w.step(from, r, nil) {
			if _, plain := o.(Observed); !plain {
				told = append(told, o)
			}
		}
		heats = w.heats(r)
	}
	return told, heats, from
}

func decked() *watch {
	w := newWatch(baking, noon)
	w.decks = 2
	return w
}

func TestADeckThatDriftsCondemnsNoOther(t *testing.T) {
	t.Parallel()
	told, heats, now := heating(decked(), noon, 90, func(int) (Celsius, Celsius) { return 300, 345 })
	if a := only[Alerted](t, told); a.Kind != wire.Overheat || a.Deck != 2 || *a.Celsius != 345 {
		t.Errorf("%+v", a)
	}
	if len(heats) != 2 || heats[0] != (Heat{Deck: 1, State: InBand}) || heats[1] != (Heat{Deck: 2, State: Hot}) {
		t.Errorf("the decks are %+v", heats)
	}
	w := newWatch(baking, now) // one deck, heated from above and below
	told, heats, _ = heating(w, now, 90, func(int) (Celsius, Celsius) { return 300, 345 })
	if a := only[Alerted](t, told); a.Deck != 0 || len(heats) != 1 || heats[0].State != Hot {
		t.Errorf("%+v, %+v", a, heats)
	}
}

func TestAnOvenThatHeatsUpSaysWhenItWillBeHotAndOneThatDoesNotIsCold(t *testing.T) {
	t.Parallel()
	w := decked()
	_, heats, _ := heating(w, noon, 1, func(int) (Celsius, Celsius) { return 20, 20 })
	if heats[0].State != Cold || heats[0].Below != 260 {
		t.Errorf("at the first reading it is %+v", heats[0])
	}
	told, heats, now := heating(w, noon.Add(time.Second), 300, func(s int) (Celsius, Celsius) { return 20 + Celsius(s)/6, 20 }) // ten degrees a minute
	nothing(t, told)
	if heats[0].State != Warming || heats[0].Till.Sub(now) < 20*time.Minute || heats[0].Till.Sub(now) > 22*time.Minute || heats[1].State != Cold {
		t.Errorf("after five minutes the decks are %+v", heats)
	}
}

func TestAnOvenThatCooledWhileTheNodeWasOffIsAnAlert(t *testing.T) {
	t.Parallel()
	told, heats, _ := heating(decked(), noon, 120, func(s int) (Celsius, Celsius) { return 300, 250 - Celsius(s)/6 })
	if a := only[Alerted](t, told); a.Kind != wire.Underheat || a.Deck != 2 || heats[1].State != Cold {
		t.Errorf("%+v, and the decks are %+v", a, heats)
	}
}
