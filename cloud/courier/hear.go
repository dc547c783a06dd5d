package courier

import (
	"context"

	"awesome.pizza/shared/id"
	"awesome.pizza/shared/problem"
)

// Message is what a company sends by itself, as it came: the body is what was signed.
type Message struct {
	Courier   string // whom it is said to be from
	Timestamp string
	Signature string
	Body      []byte

	ID  string // the company's: it counts once for each run
	Run string // ours
	Update
}

// MaxMessageID is how long the id of a message can be, in bytes.
const MaxMessageID = 128

// Hear takes a message of a company. It reports NotFound "no_such_courier" and "no_such_delivery", Refused "bad_signature" and
// "stale_signature". What leads nowhere is no error: the company could do nothing about it.
func (d *Desk) Hear(ctx context.Context, m Message) (Verdict, error) {
	secrets, ok := d.Secrets[m.Courier]
	if !ok {
		return "", problem.New(problem.NotFound, "no_such_courier", "this chain has no courier of that name")
	}
	if err := Verify(secrets, m.Timestamp, m.Signature, m.Body, d.now()); err != nil {
		d.Count(m.Courier, problem.Of(err).Code)
		return "", err
	}
	v, err := Verdict(""), noDelivery()
	if id.Valid(m.Run) && m.ID != "" && len(m.ID) <= MaxMessageID {
		v, err = d.say(ctx, m.Run, m.Courier, m.ID, m.Update)
	}
	switch p := problem.Of(err); {
	case err == nil:
		d.Count(m.Courier, "heard_"+string(v))
		if v == Illegal || v == Unknown {
			d.Log.WarnContext(ctx, "a courier says what cannot be", "courier", m.Courier, "run", m.Run, "state", clean(string(m.State)), "verdict", v)
		}
	case p != nil:
		d.Count(m.Courier, p.Code)
	}
	return v, err
}

func noDelivery() error {
	return problem.New(problem.NotFound, "no_such_delivery", "no delivery of this courier has that id")
}
