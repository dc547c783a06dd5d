package uplink

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/cenkalti/backoff/v4"
)

// errOther says that something answers, and not as a cloud does.
var errOther = errors.New("what answers there is not the chain's cloud: compare the address with the one that `cloud enroll` printed")

// claim asks until it is answered, or until ctx ends, which is then the error. failed hears of every try that came to nothing and is made
// again. What trying again cannot mend is an error at once.
func claim(ctx context.Context, target string, asking pending, holds string, t *trust, failed func(error)) (Enrolment, error) {
	body, err := json.Marshal(struct {
		Code   string `json:"code"`
		Device string `json:"public_key"`
		Holds  string `json:"restaurant,omitempty"`
	}{asking.Code, asking.Device, holds})
	if err != nil {
		return Enrolment{}, fmt.Errorf("ask for enrolment: %w", err)
	}
	client, done, err := clientOf(target, t)
	if err != nil {
		return Enrolment{}, err
	}
	defer done()
	wait := backoff.NewExponentialBackOff(backoff.WithInitialInterval(200*time.Millisecond), backoff.WithMaxInterval(10*time.Second), backoff.WithMaxElapsedTime(0))
	return backoff.RetryNotifyWithData(func() (Enrolment, error) {
		e, err := claimOnce(ctx, client, target, body, t)
		if final(err) {
			return e, backoff.Permanent(err)
		}
		return e, err
	}, backoff.WithContext(wait, ctx), func(err error, _ time.Duration) { failed(err) })
}

func claimOnce(ctx context.Context, client *http.Client, target string, body []byte, t *trust) (e Enrolment, err error) {
	answer, err := post(ctx, client, target, body)
	var no *refusal
	switch {
	case errors.As(err, &no) && no.mute():
		return e, fmt.Errorf("%w (it answers %d)", errOther, no.Status)
	case errors.Is(err, errEndless):
		return e, fmt.Errorf("%w (%w)", errOther, errEndless)
	case errors.As(err, &no):
		return e, fmt.Errorf("the cloud does not enrol this node: %w", err)
	case err != nil:
		return e, fmt.Errorf("ask for enrolment: %w", err)
	}
	if err := json.Unmarshal(answer, &e); err != nil {
		return e, fmt.Errorf("%w (%w)", errOther, err)
	}
	if e.Restaurant == "" || e.JWT == "" {
		return e, fmt.Errorf("%w (it names no restaurant)", errOther)
	}
	return e, t.pin(&e)
}

// final reports whether asking again cannot mend it: the cloud has said no, or it is not the one who answers.
func final(err error) bool {
	var no *refusal
	if errors.As(err, &no) {
		return !no.passing()
	}
	return errors.Is(err, errStranger) || errors.Is(err, errMisnamed) || errors.Is(err, errOther) || errors.Is(err, errSentOn)
}

// passing reports whether the same request may be answered otherwise a little later.
func (r *refusal) passing() bool {
	return r.Status >= 500 || r.Status == http.StatusTooManyRequests || r.Status == http.StatusRequestTimeout
}

// mute reports whether whoever refuses does not say why, as the cloud always does, and is not only away for a while.
func (r *refusal) mute() bool { return r.Code == "" && r.Detail == "" && !r.passing() }
