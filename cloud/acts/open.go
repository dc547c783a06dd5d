package acts

import (
	"context"
	"slices"
	"sync"
)

// Open is an act under way. Its methods may be called on nil, which is no act: what nobody keeps a log of costs nothing.
type Open struct {
	mu      sync.Mutex
	act     Act
	written int
	left    bool
}

type openKey struct{}

// Begin puts an act under way into a context.
func Begin(ctx context.Context, who Who, what, request string, on Subject) (context.Context, *Open) {
	o := &Open{act: Act{Who: who, What: what, On: on, Outcome: Done, Request: request}}
	return context.WithValue(ctx, openKey{}, o), o
}

// Of is the act that is under way in a context; nil: none is.
func Of(ctx context.Context) *Open {
	o, _ := ctx.Value(openKey{}).(*Open)
	if o.Left() {
		return nil
	}
	return o
}

// Leave says that this is nobody's act in the chain's name after all: a guest is at it.
func (o *Open) Leave() {
	if o == nil {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.left = true
}

// Left reports whether there is no act, or none any more.
func (o *Open) Left() bool {
	if o == nil {
		return true
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.left
}

// About says what it is about, once that is known.
func (o *Open) About(on Subject) {
	if o == nil {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.act.On = on
}

// Say notes what a field was and is to be. The last word about a field counts; that nothing stays nothing is no word.
func (o *Open) Say(field, from, to string) {
	if o == nil || from == "" && to == "" {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.act.Changes = merge(o.act.Changes, Change{field, clip(from), clip(to)})
}

// Words notes what a person has written. Long numbers in it are left out.
func (o *Open) Words(field, text string) {
	if text != "" {
		o.Say(field, "", words(text))
	}
}

// Line is a line of what was done until now, with more changes. It is written by who commits them; see Wrote.
func (o *Open) Line(more ...Change) Act {
	o.mu.Lock()
	defer o.mu.Unlock()
	a := o.act
	a.Changes = slices.Clone(a.Changes)
	for _, c := range more {
		a.Changes = merge(a.Changes, Change{c.Field, clip(c.From), clip(c.To)})
	}
	return a
}

// Wrote notes that a line was committed.
func (o *Open) Wrote() {
	if o == nil {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.written++
}

// Written reports whether anything was committed with a line.
func (o *Open) Written() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.written > 0
}

func merge(all []Change, c Change) []Change {
	if at := slices.IndexFunc(all, func(x Change) bool { return x.Field == c.Field }); at >= 0 {
		all[at] = c
		return all
	}
	if len(all) >= MostChanges {
		return all
	}
	return append(all, c)
}
