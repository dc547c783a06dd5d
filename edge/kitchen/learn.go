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

// AnyHour is for all hours of the day together.
const AnyHour = -1

const (
	mostLessons  = 8192 // kept; the one that has heard nothing for longest makes room
	finestStep   = 1.0 / 64
	priorWeight  = 2
	hourWeight   = 8       // an hour counts half against all hours when it has been heard this often
	lowestRatio  = 1.0 / 3 // nothing that is farther off than this
	highestRatio = 3.0     // is believed
	mostError    = float64(2 * 60 * 60)
)

// firstLesson is what is believed before anything is heard.
func firstLesson(key LessonKey) Lesson {
	switch key.Kind {
	case ErrorLesson:
		return Lesson{LessonKey: key, Low: -60, Mid: 0, High: 240}
	case CookLesson:
		return Lesson{LessonKey: key, Low: 0.8, Mid: 1, High: 1.3}
	case MakeLesson, BakeLesson:
	}
	return Lesson{LessonKey: key, Low: 0.8, Mid: 1, High: 1.5}
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
	if all, ok := e.of(LessonKey{kind, key, AnyHour}); ok {
		r = all.Mid
	}
	if now, ok := e.of(at); ok {
		weight := float64(now.Seen) / float64(now.Seen+hourWeight)
		r += (now.Mid - r) * weight
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
	return l, ok
}

func (d *draft) estimates() estimates {
	return estimates{of: d.lesson, hour: d.hour(), memo: map[LessonKey]float64{}}
}

func (d *draft) hour() int { return d.now.In(d.settings.Zone).Hour() }

// hear takes an observation into a lesson.
func (d *draft) hear(key LessonKey, x float64) {
	l, ok := d.lesson(key)
	if !ok {
		if l = firstLesson(key); key.Hour != AnyHour {
			if all, known := d.lesson(LessonKey{key.Kind, key.Key, AnyHour}); known {
				l.Low, l.Mid, l.High = all.Low, all.Mid, all.High
			}
		}
		d.makeRoom()
	}
	if d.lessons == nil {
		d.lessons = map[LessonKey]Lesson{}
	}
	d.lessons[key] = l.heard(x, d.now)
}

// makeRoom forgets the lesson that has heard nothing for longest when there are too many.
func (d *draft) makeRoom() {
	if len(d.board.lessons)+len(d.lessons) < mostLessons || len(d.board.lessons) == 0 {
		return
	}
	oldest := slices.MinFunc(slices.Collect(maps.Values(d.board.lessons)), func(x, y Lesson) int {
		return cmp.Or(x.At.Compare(y.At), byLesson(x, y))
	})
	if _, changed := d.lessons[oldest.LessonKey]; !changed && !slices.Contains(d.commit.Forgotten, oldest.LessonKey) {
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
