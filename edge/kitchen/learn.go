package kitchen

import (
	"cmp"
	"maps"
	"slices"

	"awesome.pizza/edge/line"
)

const mostLessons = 8192 // kept; the one that has heard nothing for longest makes room

// lesson is a lesson as this draft leaves it.
func (d *draft) lesson(key line.Topic) (line.Lesson, bool) {
	if l, changed := d.lessons[key]; changed {
		return l, true
	}
	l, ok := d.board.lessons[key]
	return l, ok && !slices.Contains(d.commit.Forgotten, key)
}

func (d *draft) estimates() line.Estimates {
	return line.Learned(d.lesson, d.hour())
}

func (d *draft) hour() int { return d.now.In(d.settings.Zone).Hour() }

// hearOf takes what was observed of a product into what is known of it, of the hour, and of all.
func (d *draft) hearOf(kind line.LessonKind, product string, ratio float64) {
	usual := d.estimates().Ratio(kind, product)
	for _, key := range [...]line.Topic{line.On(kind, line.AnyProduct), line.On(kind, line.AnyProduct).AtHour(d.hour()), line.On(kind, product), line.On(kind, product).AtHour(d.hour())} {
		d.hear(key, ratio, usual)
	}
}

// hear takes an observation into a lesson, which begins with what is usual.
func (d *draft) hear(key line.Topic, x, usual float64) {
	l, ok := d.lesson(key)
	if !ok {
		l = line.FirstLesson(key)
		by := usual - l.Mid
		l.Low, l.Mid, l.High = l.Low+by, l.Mid+by, l.High+by
		d.makeRoom()
	}
	if d.lessons == nil {
		d.lessons = map[line.Topic]line.Lesson{}
	}
	d.lessons[key] = l.Heard(x, d.now)
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
	var oldest *line.Lesson
	for key, l := range d.board.lessons {
		if _, changed := d.lessons[key]; changed || slices.Contains(d.commit.Forgotten, key) {
			continue
		}
		if oldest == nil || cmp.Or(l.At.Compare(oldest.At), line.ByKey(l, *oldest)) < 0 {
			oldest = &l
		}
	}
	if oldest != nil {
		d.commit.Forgotten = append(d.commit.Forgotten, oldest.Topic)
	}
}

// learned are the lessons that this draft changes, in an order that is always the same.
func (d *draft) learned() []line.Lesson {
	return slices.SortedFunc(maps.Values(d.lessons), line.ByKey)
}
