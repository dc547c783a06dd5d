package uplink

import (
	"context"
	"testing"
)

// stands is an outbox that stands at a command.
type stands struct {
	Outbox
	seq uint64
	id  string
}

func (s stands) CommandSeq(context.Context) (uint64, string, error) { return s.seq, s.id, nil }

func TestANodeThatHasObeyedNothingYetNamesTheCommandAfterWhichItBegan(t *testing.T) {
	t.Parallel()
	for want, at := range map[string]stands{
		"told":  {seq: 7},              // as it was enrolled
		"c8":    {seq: 8, id: "c8"},    // it has obeyed one since
		"began": {seq: 7, id: "began"}, // it has healed to there
		"":      {seq: 6},              // of a life before the enrolment
	} {
		u := &Uplink{outbox: at, cfg: Config{Enrolment: Enrolment{Commands: 7, CommandID: "told"}}}
		if seq, id, err := u.lastCommand(t.Context()); err != nil || seq != at.seq || id != want {
			t.Errorf("at %+v it names %d %q, %v", at, seq, id, err)
		}
	}
}
