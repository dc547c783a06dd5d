package cloud

import (
	"context"
	"errors"
	"testing"

	"awesome.pizza/cloud/downlink"
	"awesome.pizza/cloud/store"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/problem"
)

func TestAClaimThatFailsUsesNothingUpAndFencesNobody(t *testing.T) {
	t.Parallel()
	e := newEnrolment(t)
	working, key := newKey(t), newKey(t)
	made, err := e.Enroll(t.Context(), "r1")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.Claim(t.Context(), made.Code, working, ""); err != nil {
		t.Fatal(err)
	}
	if made, err = e.Enroll(t.Context(), "r1"); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Claim(t.Context(), made.Code, "UNODE", ""); problem.Of(err) == nil || problem.Of(err).Code != "bad_key" || !problem.Is(err, problem.Invalid) {
		t.Errorf("a key that is none: %v", err)
	}
	broken := e
	broken.cfg.LeafListen = "nowhere"
	if _, err := broken.Claim(t.Context(), made.Code, key, ""); err == nil {
		t.Error("a node is enrolled with a hub that has no address")
	}
	var p *problem.Problem
	if _, err := e.Claim(t.Context(), made.Code, key, "r2"); !errors.As(err, &p) || p.Code != "another_restaurant" || !problem.Is(err, problem.Conflict) {
		t.Errorf("the box of another restaurant: %v", err)
	}
	if row, _, err := e.store.Link(t.Context(), "r1"); err != nil || row.Device != working || row.Epoch != 1 {
		t.Errorf("the working node was fenced by claims that failed: %+v, %v", row, err)
	}
	if told, err := e.Claim(t.Context(), made.Code, key, "r1"); err != nil || told.Epoch != 2 || told.JWT == "" || told.Restaurant != "r1" {
		t.Errorf("the code no longer works: %+v, %v", told, err)
	}
}

func TestTheNextNodeGoesOnCountingAlsoWhenNothingIsOpen(t *testing.T) {
	t.Parallel()
	for doc, pages := range map[string]int{
		`{"restaurant":"r1","orders":[],"numbers":{"2026-07-03":42}}`: 1,
		`{"restaurant":"r1","orders":[{}],"numbers":{}}`:              1,
		`{"restaurant":"r1","orders":[],"numbers":{}}`:                0,
	} {
		e := newEnrolment(t)
		e.lines = &calls{pages: []link.SnapshotReply{{Doc: []byte(doc), Sig: []byte("signed")}}}
		if _, told := e.join(t, "r1"); len(told.Snapshot) != pages {
			t.Errorf("of %s a new node is told %d pages", doc, len(told.Snapshot))
		}
	}
}

func TestANodeThatAsksAgainIsToldTheSame(t *testing.T) {
	t.Parallel()
	e := newEnrolment(t)
	key := newKey(t)
	made, err := e.Enroll(t.Context(), "r1")
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if told, err := e.Claim(t.Context(), made.Code, key, ""); err != nil || told.Epoch != 1 || told.Commands != 0 || len(told.Leaves) != 1 {
			t.Errorf("told %+v, %v", told, err)
		}
	}
	if _, err := e.Claim(t.Context(), made.Code, newKey(t), ""); !problem.Is(err, problem.Refused) {
		t.Errorf("another node with the same code: %v", err)
	}
}

// proves reports whether the chain has signed that a device was enrolled in an epoch.
func (e enrolment) proves(t *testing.T, proof *link.SignedProof, device string, epoch uint64) bool {
	t.Helper()
	if proof == nil || !e.keys.Signed(proof.Doc, proof.Sig) || e.keys.Signed(proof.Doc[1:], proof.Sig) {
		return false
	}
	p, err := link.Decode[link.Proof](proof.Doc)
	return err == nil && p.Restaurant == "r1" && p.Device == device && p.Epoch == epoch
}

func TestANodeIsGivenTheChainsWordForItsEnrolmentAndAgainWithEachCredential(t *testing.T) {
	t.Parallel()
	e := newEnrolment(t)
	e.join(t, "r1")
	device, told := e.join(t, "r1")
	if !e.proves(t, told.Proof, device, 2) {
		t.Errorf("the claim is answered with %+v", told.Proof)
	}
	if _, _, _, _, err := e.store.Renew(t.Context(), "r1", device, "boot", 2, 0); err != nil { // it heals into another epoch
		t.Fatal(err)
	}
	if again, err := e.Renew(t.Context(), "r1", device); err != nil || !e.proves(t, again.Proof, device, 2) {
		t.Errorf("the renewal is answered with %+v, %v", again.Proof, err)
	}
}

func TestAKeyThatTheDatabaseDoesNotKnowIsRefusedByTheHub(t *testing.T) {
	t.Parallel()
	e := newEnrolment(t)
	hub := new(calls)
	e.lines = hub
	key := newKey(t)
	if err := e.RevokeDevice(t.Context(), "r1", key); err != nil || hub.enforced.Load() != 1 {
		t.Errorf("the hub hears of it %d times, %v", hub.enforced.Load(), err)
	}
	if refused, err := e.store.Revoked(t.Context()); err != nil || len(refused) != 1 || refused[0] != key {
		t.Errorf("the hub is to refuse %v, %v", refused, err)
	}
	if err := e.RevokeDevice(t.Context(), "r1", "UNODE"); !problem.Is(err, problem.Invalid) {
		t.Errorf("a key that is none: %v", err)
	}
}

const dead = "the core is dead"

// dying is a claim in a core that does not live to answer it.
func (e enrolment) dying(ctx context.Context, code, key string) (err error) {
	defer func() {
		if cause := recover(); cause != nil && cause != dead {
			panic(cause)
		}
	}()
	_, err = e.Claim(ctx, code, key, "")
	return err
}

// The old box is fenced, the code is used, and the core dies before it has told the new one: whoever asks again, of whichever core, is told all.
func TestACoreThatDiesInTheMiddleOfAClaimLeavesTheRestaurantItsNode(t *testing.T) {
	t.Parallel()
	for _, dies := range []string{"Enforce", "Snapshot"} {
		t.Run(dies, func(t *testing.T) {
			t.Parallel()
			e := newEnrolment(t)
			old, _ := e.join(t, "r1")
			made, err := e.Enroll(t.Context(), "r1")
			if err != nil {
				t.Fatal(err)
			}
			key := newKey(t)
			first := e
			first.lines = &calls{dies: dies}
			if err := first.dying(t.Context(), made.Code, key); err != nil {
				t.Fatalf("it dies too early: %v", err)
			}
			if row, _, err := e.store.Link(t.Context(), "r1"); err != nil || row.Device != key || row.Epoch != 2 {
				t.Fatalf("it dies before anything has happened: %+v, %v", row, err)
			}
			hub := &calls{pages: []link.SnapshotReply{{Doc: []byte(`{"orders":[{}]}`), Sig: []byte("signed")}}}
			e.lines = hub
			if _, err := e.Claim(t.Context(), made.Code, newKey(t), ""); !problem.Is(err, problem.Refused) {
				t.Errorf("another key takes the place: %v", err)
			}
			told, err := e.Claim(t.Context(), made.Code, key, "")
			if err != nil || told.Epoch != 2 || told.JWT == "" || len(told.Snapshot) != 1 || hub.enforced.Load() == 0 {
				t.Errorf("told %+v, the hub %d times, %v", told, hub.enforced.Load(), err)
			}
			if row, _, err := e.store.Link(t.Context(), "r1"); err != nil || row.Device != key || row.Epoch != 2 {
				t.Errorf("it was enrolled twice: %+v, %v", row, err)
			}
			for device, want := range map[string]string{old: store.DeviceFenced, key: store.DeviceCurrent} {
				if is, err := e.store.DeviceState(t.Context(), "r1", device); err != nil || is != want {
					t.Errorf("a device is %q, want %q: %v", is, want, err)
				}
			}
			if until, err := e.store.Credentials(t.Context()); err != nil || !until["r1"].Equal(told.Expires) {
				t.Errorf("head office sees the credential end at %v, %v", until, err)
			}
		})
	}
}

func TestANewNodeBeginsWithTheOpenOrdersIfThereAreAny(t *testing.T) {
	t.Parallel()
	e := newEnrolment(t)
	page := func(orders string) link.SnapshotReply {
		return link.SnapshotReply{Doc: []byte(`{"restaurant":"r1","orders":[` + orders + `]}`), Sig: []byte("signed")}
	}
	for name, x := range map[string]struct {
		calls *calls
		pages int
		begin bool // it is told where
	}{
		"none":                 {&calls{pages: []link.SnapshotReply{page(``)}}, 0, true},
		"two pages":            {&calls{pages: []link.SnapshotReply{page(`{}`), page(`{},{}`)}}, 2, true},
		"none to be had":       {&calls{err: errors.New("the database is busy")}, 0, false},
		"more than one answer": {&calls{err: downlink.ErrLong}, 0, false},
	} {
		e.lines = x.calls
		_, told := e.join(t, "r1")
		if (told.Epoch > 0) != x.begin || !x.begin && (told.Commands != 0 || told.CommandID != "") {
			t.Errorf("%s: begins in epoch %d after command %d", name, told.Epoch, told.Commands)
		}
		if len(told.Snapshot) != x.pages || x.pages > 0 && string(told.Snapshot[0].Sig) != "signed" {
			t.Errorf("%s: told %+v", name, told.Snapshot)
		}
		if chain, err := e.keys.Chain(); err != nil || told.Chain != chain {
			t.Errorf("%s: the chain signs as %q, %v", name, told.Chain, err)
		}
	}
}
