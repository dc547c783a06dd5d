package kitchen

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"awesome.pizza/edge/line"
)

func TestLessonsNeverBecomeTooManyHoweverManyAreNewAtOnce(t *testing.T) {
	t.Parallel()
	d := blank(t)
	for n := range mostLessons {
		l := line.FirstLesson(line.On(line.MakeLesson, fmt.Sprint("old-", n)))
		l.Seen, l.At = 1, noon.Add(time.Duration(n-mostLessons)*time.Minute)
		d.board.lessons[l.Topic] = l
	}
	oldest := []line.Topic{line.On(line.MakeLesson, "old-0"), line.On(line.MakeLesson, "old-1"), line.On(line.MakeLesson, "old-3")}
	d.hear(line.On(line.MakeLesson, "old-2"), 1, 1) // it is heard: it stays
	for n := range 3 {
		d.hear(line.On(line.MakeLesson, fmt.Sprint("new-", n)), 1, 1)
	}
	if !slices.Equal(d.commit.Forgotten, oldest) {
		t.Errorf("three new ones make it forget %v", d.commit.Forgotten)
	}
	d.hear(oldest[0], 1, 1)
	d.commit.Lessons = d.learned()
	d.board.after(d.commit)
	if n := len(d.board.lessons); n != mostLessons {
		t.Errorf("%d lessons are kept, of at most %d", n, mostLessons)
	}
	if got := d.board.lessons[oldest[0]]; got.Seen != 1 {
		t.Errorf("what was forgotten and heard again counts as %d", got.Seen)
	}
}
