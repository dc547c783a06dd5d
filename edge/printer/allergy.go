package printer

import (
	"slices"

	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
)

// alarm is what nobody may overlook, white on black from side to side.
var alarm = Style{Bold: true, High: 2, Reverse: true, Center: true}

// warn says whom these lines could harm: what has to be avoided first, and notes that speak of an allergy.
func (w *writer) warn(lines ...order.Line) {
	var avoid, in, said []string
	for _, l := range lines {
		avoid, in = append(avoid, l.Avoid...), append(in, l.Conflict()...)
		if order.SpeaksOfAllergy(l.Note) && !slices.Contains(said, l.Note) {
			said = append(said, l.Note)
		}
	}
	if len(avoid) > 0 {
		w.text(alarm, w.say.allergy+": "+w.say.named(inOrder(avoid)))
	}
	if len(in) > 0 {
		w.text(alarm, w.say.named(inOrder(in))+" "+w.say.isInIt)
	}
	for _, note := range said {
		w.text(alarm, w.say.allergy+": "+note)
	}
}

// inOrder are allergens as everybody lists them, each once.
func inOrder(some []string) []string {
	return slices.DeleteFunc(menu.Allergens(), func(a string) bool { return !slices.Contains(some, a) })
}

// avoids says of one line among others whom it could harm.
func (w *writer) avoids(l order.Line) {
	if len(l.Avoid) > 0 {
		w.indented(shout, 4, w.say.allergy+": "+w.say.named(l.Avoid))
	}
	if in := l.Conflict(); len(in) > 0 {
		w.indented(shout, 4, w.say.named(in)+" "+w.say.isInIt)
	}
}
