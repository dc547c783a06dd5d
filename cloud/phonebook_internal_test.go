package cloud

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"

	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/cloud/phones"
	"awesome.pizza/shared/broker"
	"awesome.pizza/shared/problem"
	"awesome.pizza/shared/watch"
)

// vine hands what one core tells to all of them.
type vine []func([]byte)

func (v *vine) Tell(_ string, data []byte) {
	for _, hear := range *v {
		hear(data)
	}
}

func (v *vine) Listen(_ string, hear func([]byte)) (func(), error) {
	*v = append(*v, hear)
	return func() {}, nil
}

type hungUp []string

func (h *hungUp) Dismiss(driver string) { *h = append(*h, driver) }

func TestADismissedDriverIsHungUpOnAtEveryCoreOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		here, there, cores, done := &hungUp{}, &hungUp{}, &vine{}, make(chan error, 2)
		a, b := newDismissals(here, cores), newDismissals(there, cores)
		for _, d := range []dismissals{a, b} {
			go func() { done <- d.listen(ctx) }()
			synctest.Wait()
		}
		cores.Tell(dismissTopic, []byte("\xff"))
		cores.Tell(dismissTopic, []byte(`{"from":"x"}`))
		a.dismiss("d1")
		if !slices.Equal(*here, []string{"d1"}) || !slices.Equal(*there, []string{"d1"}) {
			t.Errorf("hung up on %v here and %v there", *here, *there)
		}
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func TestWhoGetsANewSecretIsHungUpOn(t *testing.T) {
	t.Parallel()
	db := newEnrolment(t).store
	if _, _, err := db.RegisterDriver(t.Context(), dispatch.Driver{ID: "d1", Name: "Grace"}); err != nil {
		t.Fatal(err)
	}
	out := &hungUp{}
	all := drivers{db, out.Dismiss}
	_, secret, err := all.RegisterAgain(t.Context(), dispatch.Driver{ID: "d1", Name: "Grace"})
	if err != nil || !slices.Equal(*out, []string{"d1"}) {
		t.Fatalf("hung up on %v, %v", *out, err)
	}
	if _, err := all.DriverBySecret(t.Context(), "d1", secret); err != nil {
		t.Errorf("the new secret: %v", err)
	}
	if _, _, err := all.RegisterAgain(t.Context(), dispatch.Driver{ID: "nobody", Name: "Grace"}); !problem.Is(err, problem.NotFound) || len(*out) != 1 {
		t.Errorf("hung up on %v, %v", *out, err)
	}
	if _, _, err := all.RegisterAgain(t.Context(), dispatch.Driver{ID: "d1", Name: "Eve"}); !problem.Is(err, problem.Invalid) || len(*out) != 1 {
		t.Errorf("hung up on %v, %v", *out, err)
	}
}

func TestHowThePhonesFareIsAmongTheMetrics(t *testing.T) {
	t.Parallel()
	r := watch.Metrics()
	countPhones(r, func() phones.Stats {
		return phones.Stats{Broker: broker.Stats{Connected: 3}, Refused: map[string]int64{"no_fix": 2, "bad_time": 5}}
	})
	families, err := r.Gather()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]float64{}
	for _, f := range families {
		got[f.GetName()] = f.GetMetric()[0].GetGauge().GetValue()
	}
	if got["cloud_phones_connected"] != 3 || got["cloud_phones_disbelieved"] != 7 {
		t.Errorf("%v", got)
	}
}
