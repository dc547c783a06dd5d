package line

import (
	"cmp"
	"math"
	"time"

	"awesome.pizza/shared/order"
)

// Lesson is what the kitchen has learned about one thing: running quantiles that need no more memory than this. Ratios are in parts of
// what the menu says, errors in seconds.
type Lesson struct {
	Topic
	Seen int     // observations
	Low  float64 // a tenth was below
	Mid  float64 // half was below
	High float64 // a tenth was above
	At   time.Time
}

// Topic names what a lesson is about.
type Topic struct {
	Kind LessonKind
	Key  string
	Hour int // of the local day, or AnyHour
}

// On is what is known of one thing at any hour.
func On(kind LessonKind, key string) Topic { return Topic{Kind: kind, Key: key, Hour: AnyHour} }

// AtHour is the same at one hour of the local day.
func (t Topic) AtHour(hour int) Topic {
	t.Hour = hour
	return t
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
	finestStep   = 1.0 / 64
	priorWeight  = 2
	doubtWeight  = 6       // a lesson counts half against a more general one when it has been heard this often
	lowestRatio  = 1.0 / 3 // nothing that is farther off than this
	highestRatio = 3.0     // is believed
	mostError    = float64(2 * 60 * 60)
)

// FirstLesson is what is believed before anything is heard.
func FirstLesson(key Topic) Lesson {
	switch key.Kind {
	case ErrorLesson:
		return Lesson{Topic: key, Low: -60, Mid: 0, High: 240}
	case BakeLesson:
		return Lesson{Topic: key, Low: 0.9, Mid: 1, High: 1.1}
	case MakeLesson, CookLesson:
	}
	return Lesson{Topic: key, Low: 0.8, Mid: 1, High: 1.2}
}

// Heard is the lesson after one more observation. Each quantile moves by a step that depends on which side the observation lies, never on
// how far (stochastic approximation; Robbins and Monro, 1951): one cook who forgot to tap for an hour moves it no more than one who is a
// second late. Steps become smaller, but never so small that the kitchen of next month is still the one of today.
func (l Lesson) Heard(x float64, at time.Time) Lesson {
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

// mean is what many of them take together, for each: Swanson's rule (30, 40 and 30 % of the 10th, 50th and 90th percentile), which three
// quantiles are enough for.
func (l Lesson) mean() float64 { return 0.3*l.Low + 0.4*l.Mid + 0.3*l.High }

// Sound reports whether a lesson is one that could have been learned.
func (l Lesson) Sound() bool {
	lowest, highest := lowestRatio, highestRatio
	if l.Kind == ErrorLesson {
		lowest, highest = -mostError, mostError
	}
	in := func(x float64) bool { return !math.IsNaN(x) && x >= lowest && x <= highest }
	return l.Seen > 0 && in(l.Low) && in(l.Mid) && in(l.High) && l.Low <= l.Mid && l.Mid <= l.High
}

// Estimates are how long things take by what was learned. The zero value believes the menu.
type Estimates struct {
	of   func(Topic) (Lesson, bool)
	hour int
	memo map[Topic]float64
}

// Learned are the estimates of an hour of the local day, from lessons that are asked for once each.
func Learned(of func(Topic) (Lesson, bool), hour int) Estimates {
	return Estimates{of: of, hour: hour, memo: map[Topic]float64{}}
}

func (e Estimates) makes(i order.Item) time.Duration {
	return time.Duration(float64(seconds(i.MakeSeconds)) * e.Ratio(MakeLesson, ProductOf(i)))
}

func (e Estimates) bakes(i order.Item) time.Duration {
	return time.Duration(float64(seconds(i.BakeSeconds)) * e.Ratio(BakeLesson, ProductOf(i)))
}

// ProductOf names an item in a lesson: "margherita/large".
func ProductOf(i order.Item) string { return i.Product + "/" + i.Size }

// Ratio is how much longer than the menu says something takes at this hour.
func (e Estimates) Ratio(kind LessonKind, key string) float64 {
	if e.of == nil {
		return 1
	}
	at := Topic{kind, key, e.hour}
	if known, ok := e.memo[at]; ok {
		return known
	}
	r := 1.0
	for _, key := range [...]Topic{{kind, AnyProduct, AnyHour}, {kind, AnyProduct, e.hour}, {kind, key, AnyHour}, at} {
		if l, ok := e.of(key); ok { // the more particular, the more it has to be heard before it counts
			r += (l.mean() - r) * float64(l.Seen) / float64(l.Seen+doubtWeight)
		}
	}
	e.memo[at] = r
	return r
}

// ByKey orders lessons.
func ByKey(x, y Lesson) int {
	return cmp.Or(cmp.Compare(x.Kind, y.Kind), cmp.Compare(x.Key, y.Key), cmp.Compare(x.Hour, y.Hour))
}

// AheadOf is the class of a forecast by how far it looked ahead.
func AheadOf(lead time.Duration) string {
	for _, class := range []struct {
		below time.Duration
		name  string
	}{{10 * time.Minute, "0"}, {20 * time.Minute, "10"}, {40 * time.Minute, "20"}} {
		if lead < class.below {
			return class.name
		}
	}
	return "40"
}

func seconds(n int) time.Duration { return time.Duration(n) * time.Second }
