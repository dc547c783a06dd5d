package kitchen

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"time"

	"awesome.pizza/shared/order"
)

// Lesson is what the kitchen has learned about one thing: running quantiles that need no more memory than this. Ratios are in parts of
// what the menu says, errors in seconds.
type Lesson struct {
	LessonKey
	Seen int     // observations
	Low  float64 // a tenth was below
	Mid  float64 // half was below
	High float64 // a tenth was above
	At   time.Time
}

// LessonKey names what a lesson is about.
type LessonKey struct {
	Kind LessonKind
	Key  string
	Hour int // of the local day, or AnyHour
}

// LessonKind is a kind of lesson.
type LessonKind string

// The kinds of lessons.
const (
	MakeLesson  LessonKind = "make"  // how long making takes, as a ratio; by product/size
	BakeLesson  LessonKind = "bake"  // the same for baking
	CookLesson  LessonKind = "cook"  // how long one cook takes, as a ratio to all; by cook
	ErrorLesson LessonKind = "error" // how far orders are ready behind their first forecast, in seconds; by how far it looked ahead
)

// AnyHour is for all hours of the day together, AnyProduct for everything on the menu.
const (
	AnyHour    = -1
	AnyProduct = "*"
)

const (
	mostLessons  = 8192 // kept; the one that has heard nothing for longest makes room
	finestStep   = 1.0 / 64
	priorWeight  = 2
	doubtWeight  = 6       // a lesson counts half against a more general one when it has been heard this often
	lowestRatio  = 1.0 / 3 // nothing that is farther off than this
	highestRatio = 3.0     // is believed
	mostError    = float64(2 * 60 * 60)
)

// firstLesson is what is believed before anything is heard.
func firstLesson(key LessonKey) Lesson {
	switch key.Kind {
	case ErrorLesson:
		return Lesson{LessonKey: key, Low: -60, Mid: 0, High: 240}
	case BakeLesson:
		return Lesson{LessonKey: key, Low: 0.9, Mid: 1, High: 1.1}
	case MakeLesson, CookLesson:
	}
	return Lesson{LessonKey: key, Low: 0.8, Mid: 1, High: 1.2}
}

// heard is the lesson after one more observation. Each quantile moves by a step that depends on which side the observation lies, never on
// how far: one cook who forgot to tap for an hour moves it no more than one who is a second late. Steps become smaller, but never so small
// that the kitchen of next month is still the one of today.
func (l Lesson) heard(x float64, at time.Time) Lesson {
	least, lowest, highest := 0.1, lowestRatio, highestRatio
	if l.Kind == ErrorLesson {
		least, lowest, highest = 30, -mostError, mostError
	}
	step := 2 * max(finestStep, 1/float64(l.Seen+priorWeight)) * max(least, (l.High-l.Low)/2)
	move := func(q, part float64) float64 {
		if x < q {
			part--
		}
		return min(highest, max(lowest, q+step*part))
	}
	l.Mid = move(l.Mid, 0.5)
	l.Low = min(l.Mid, move(l.Low, 0.1))
	l.High = max(l.Mid, move(l.High, 0.9))
	l.Seen, l.At = l.Seen+1, at
	return l
}

// mean is what many of them take together, for each: Swanson's rule, which three quantiles are enough for.
func (l Lesson) mean() float64 { return 0.3*l.Low + 0.4*l.Mid + 0.3*l.High }

// sound reports whether a lesson is one that could have been learned.
func (l Lesson) sound() bool {
	lowest, highest := lowestRatio, highestRatio
	if l.Kind == ErrorLesson {
		lowest, highest = -mostError, mostError
	}
	in := func(x float64) bool { return !math.IsNaN(x) && x >= lowest && x <= highest }
	return l.Seen > 0 && in(l.Low) && in(l.Mid) && in(l.High) && l.Low <= l.Mid && l.Mid <= l.High
}

// estimates are how long things take by what was learned. The zero value believes the menu.
type estimates struct {
	of   func(LessonKey) (Lesson, bool)
	hour int
	memo map[LessonKey]float64
}

func (e estimates) makes(i order.Item) time.Duration {
	return time.Duration(float64(seconds(i.MakeSeconds)) * e.ratio(MakeLesson, productOf(i)))
}

func (e estimates) bakes(i order.Item) time.Duration {
	return time.Duration(float64(seconds(i.BakeSeconds)) * e.ratio(BakeLesson, productOf(i)))
}

func productOf(i order.Item) string { return i.Product + "/" + i.Size }

// ratio is how much longer than the menu says something takes at this hour.
func (e estimates) ratio(kind LessonKind, key string) float64 {
	if e.of == nil {
		return 1
	}
	at := LessonKey{kind, key, e.hour}
	if known, ok := e.memo[at]; ok {
		return known
	}
	r := 1.0
	for _, key := range [...]LessonKey{{kind, AnyProduct, AnyHour}, {kind, AnyProduct, e.hour}, {kind, key, AnyHour}, at} {
		if l, ok := e.of(key); ok { // the more particular, the more it has to be heard before it counts
			r += (l.mean() - r) * float64(l.Seen) / float64(l.Seen+doubtWeight)
		}
	}
	if e.memo != nil {
		e.memo[at] = r
	}
	return r
}

// lesson is a lesson as this draft leaves it.
func (d *draft) lesson(key LessonKey) (Lesson, bool) {
	if l, changed := d.lessons[key]; changed {
		return l, true
	}
	l, ok := d.board.lessons[key]
	return l, ok && !slices.Contains(d.commit.Forgotten, key)
}

func (d *draft) estimates() estimates {
	return estimates{of: d.lesson, hour: d.hour(), memo: map[LessonKey]float64{}}
}

func (d *draft) hour() int { return d.now.In(d.settings.Zone).Hour() }

// hearOf takes what was observed of a product into what is known of it, of the hour, and of all.
func (d *draft) hearOf(kind LessonKind, product string, ratio float64) {
	usual := d.estimates().ratio(kind, product)
	for _, key := range [...]LessonKey{{kind, AnyProduct, AnyHour}, {kind, AnyProduct, d.hour()}, {kind, product, AnyHour}, {kind, product, d.hour()}} {
		d.hear(key, ratio, usual)
	}
}

// hear takes an observation into a lesson, which begins with what is usual.
func (d *draft) hear(key LessonKey, x, usual float64) {
	l, ok := d.lesson(key)
	if !ok {
		l = firstLesson(key)
		by := usual - l.Mid
		l.Low, l.Mid, l.High = l.Low+by, l.Mid+by, l.High+by
		d.makeRoom()
	}
	if d.lessons == nil {
		d.lessons = map[LessonKey]Lesson{}
	}
	d.lessons[key] = l.heard(x, d.now)
}

// makeRoom forgets the lesson that has heard nothing for longest when one more would be too many.
func (d *draft) makeRoom() {
	kept := len(d.board.lessons) - len(d.commit.Forgotten)
	for key := range d.lessons {
		if _, was := d.board.lessons[key]; !was || slices.Contains(d.commit.Forgotten, key) {
			kept++
		}
	}
	if kept < mostLessons {
		return
	}
	var oldest *Lesson
	for key, l := range d.board.lessons {
		if _, changed := d.lessons[key]; changed || slices.Contains(d.commit.Forgotten, key) {
			continue
		}
		if oldest == nil || cmp.Or(l.At.Compare(oldest.At), byLesson(l, *oldest)) < 0 {
			oldest = &l
		}
	}
	if oldest != nil {
		d.commit.Forgotten = append(d.commit.Forgotten, oldest.LessonKey)
	}
}

func byLesson(x, y Lesson) int {
	return cmp.Or(cmp.Compare(x.Kind, y.Kind), cmp.Compare(x.Key, y.Key), cmp.Compare(x.Hour, y.Hour))
}

// learned are the lessons that this draft changes, in an order that is always the same.
func (d *draft) learned() []Lesson {
	return slices.SortedFunc(maps.Values(d.lessons), byLesson)
}
