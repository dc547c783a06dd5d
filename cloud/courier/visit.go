package courier

import (
	"context"
	"time"

	"awesome.pizza/cloud/ordering"
	"awesome.pizza/shared/problem"
)

// visit does what is to be done about a run: have a courier sent, ask how far it is, or say that nobody needs to come.
func (d *Desk) visit(ctx context.Context, r Run) {
	ctx, cancel := context.WithTimeout(ctx, visitTime)
	defer cancel()
	now, log := d.now(), d.Log.With("order", r.Order, "courier", r.Quote.Courier, "run", r.ID)
	u, err := d.ask(ctx, r, now)
	switch {
	case err == nil && u.State == "": // nothing to say
		return
	case err == nil:
		var v Verdict
		if v, err = d.say(ctx, r.ID, "", "", u); err == nil {
			d.Count(r.Quote.Courier, "answer_"+string(v))
			return
		}
	default:
		d.Count(r.Quote.Courier, "no_answer")
	}
	if ctx.Err() == nil || err == nil {
		log.WarnContext(ctx, "the courier's company does not say how far it is", "state", r.State, "tries", r.Tries, "err", err)
	}
	d.postpone(context.WithoutCancel(ctx), r, now)
}

// ask asks the company, or ourselves where it has nothing to say.
func (d *Desk) ask(ctx context.Context, r Run, now time.Time) (Update, error) {
	company, ok := d.Companies[r.Quote.Courier]
	switch {
	case r.State.Over(): // its order is not there yet
		return Update{State: r.State, At: r.At}, nil
	case now.Sub(r.Created) > tooLong:
		return Update{State: Failed, Reason: "nothing was heard of it for a day"}, nil
	case !ok && !r.State.Has():
		return Update{State: Cancelled, Reason: "the chain no longer works with " + r.Quote.Name}, nil
	case !ok:
		return Update{}, problem.New(problem.Unavailable, "no_such_courier", "the chain no longer works with %s", r.Quote.Name)
	case !r.Wanted && !r.State.Has():
		return d.cancel(ctx, company, r, now)
	case r.State == Asked && now.Sub(r.Created) > patience:
		return Update{}, d.letGo(ctx, r, now)
	case r.State == Asked:
		return d.send(ctx, company, r, now)
	}
	u, err := company.Status(ctx, r.ID)
	if problem.Is(err, problem.NotFound) && !r.State.Has() {
		return Update{State: Cancelled, Reason: "the company does not know it any more"}, nil
	}
	return u, err
}

// send has a courier sent. Who has asked before and not heard the answer looks first whether there is one.
func (d *Desk) send(ctx context.Context, company Company, r Run, now time.Time) (Update, error) {
	if r.Tries > 0 {
		if u, err := company.Status(ctx, r.ID); !problem.Is(err, problem.NotFound) {
			return u, err
		}
	}
	p, err := d.Book.Parcel(ctx, r.Order, now)
	if err != nil {
		return Update{}, err
	}
	u, err := company.Dispatch(ctx, r, p)
	if final(err) {
		return Update{State: Refused, Reason: problem.Of(err).Detail}, nil
	}
	return u, err
}

// cancel says that nobody needs to come. A company that does not know the run may still get a request of ours that is on its way, until the
// quote is worth nothing any more.
func (d *Desk) cancel(ctx context.Context, company Company, r Run, now time.Time) (Update, error) {
	u, err := company.Cancel(ctx, r.ID)
	switch {
	case problem.Is(err, problem.NotFound) && r.Tries > 0 && now.After(r.Quote.Expires.Add(Window)):
		return Update{State: Cancelled, Reason: "it never came to the company"}, nil
	case problem.Is(err, problem.Conflict):
		return company.Status(ctx, r.ID) // too late
	}
	return u, err
}

// letGo gives the order back to dispatch, because nobody says whether somebody will come. The run stays until the company has said that nobody
// does: meanwhile no other company is asked.
func (d *Desk) letGo(ctx context.Context, r Run, now time.Time) error {
	_, err := d.Book.ChangeRun(ctx, r.ID, "", "", func(r *Run, o *ordering.Record) error {
		r.Next = now
		return ordering.CourierGone(r.ID, "", now)(o)
	})
	d.Count(r.Quote.Courier, "let_go")
	return err
}

// final reports whether a company has said no, and not just nothing.
func final(err error) bool {
	p := problem.Of(err)
	return p != nil && p.Kind != problem.Unavailable
}

// postpone has the run looked at again, later and later.
func (d *Desk) postpone(ctx context.Context, r Run, now time.Time) {
	ctx, cancel := context.WithTimeout(ctx, visitTime)
	defer cancel()
	_, err := d.Book.ChangeRun(ctx, r.ID, "", "", func(r *Run, _ *ordering.Record) error {
		r.Next = now.Add(min(poll, 2*time.Second<<min(r.Tries, 10)))
		return nil
	})
	if err != nil {
		d.Log.ErrorContext(ctx, "postpone a courier run", "run", r.ID, "err", err) // it is due again when its lease ends
	}
}
