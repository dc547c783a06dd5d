package link_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"awesome.pizza/shared/link"
)

func TestADeviceThatTheDatabaseHasForgottenIsAdoptedByItsProof(t *testing.T) {
	t.Parallel()
	enrolled, now := evening, evening.Add(time.Hour)
	proof := func(change func(*link.Proof)) link.Proof {
		p := link.Proof{Kind: link.EnrolmentProof, Restaurant: edgeID, Device: "dev-2", Epoch: 2, At: enrolled}
		if change != nil {
			change(&p)
		}
		return p
	}
	before := link.Roll{Latest: enrolled.Add(-24 * time.Hour)}
	for name, x := range map[string]struct {
		row   string
		roll  link.Roll
		proof link.Proof
		want  bool
		late  bool // another one was enrolled after it, as far as the database knows
	}{
		"enrolled after all that is known":             {"dev-1", before, proof(nil), true, false},
		"nobody is known to be enrolled":               {"", link.Roll{}, proof(nil), true, false},
		"the one that is known was cut off":            {"revoked", before, proof(nil), true, false},
		"in an epoch that another life gave, too":      {"dev-1", before, proof(func(p *link.Proof) { p.Epoch = 1 }), true, false},
		"in the same moment as the last that is known": {"dev-1", link.Roll{Latest: enrolled}, proof(nil), true, false},
		"a person has enrolled another one since":      {"dev-1", link.Roll{Latest: enrolled.Add(time.Minute)}, proof(func(p *link.Proof) { p.Epoch = 99 }), false, true},
		"known, and fenced or revoked":                 {"dev-1", link.Roll{Latest: before.Latest, Knows: true}, proof(nil), false, false},
		"the restaurant's node already":                {"dev-2", before, proof(nil), false, false},
		"of another restaurant":                        {"dev-1", before, proof(func(p *link.Proof) { p.Restaurant = "r999" }), false, false},
		"signed by a clock that was ten years ahead":   {"dev-1", before, proof(func(p *link.Proof) { p.At = now.AddDate(10, 0, 0) }), false, false},
	} {
		row := link.LinkRow{Edge: edgeID, Device: x.row, Epoch: 1, Seq: 7}
		if got := link.Adopts(row, x.roll, x.proof, now); got != x.want {
			t.Errorf("%s: adopted %v", name, got)
		}
		if got := link.Replaced(row, x.roll, x.proof); got != x.late {
			t.Errorf("%s: replaced %v", name, got)
		}
	}
}

func TestAnAdoptedDeviceBeginsAnEpochThatIsNewToBothAndHeals(t *testing.T) {
	t.Parallel()
	for _, at := range []struct{ row, proof, said, want uint64 }{{1, 2, 2, 3}, {1, 2, 5, 6}, {9, 2, 5, 10}, {1, 7, 2, 8}} {
		row := link.LinkRow{Edge: edgeID, Device: "dev-1", Epoch: at.row, Seq: 3, Hash: chained(3)[2].Hash}
		p := link.Proof{Kind: link.EnrolmentProof, Restaurant: edgeID, Device: "dev-2", Epoch: at.proof, At: evening}
		got := link.Adopted(row, p, at.said)
		if diff := cmp.Diff(link.LinkRow{Edge: edgeID, Device: "dev-2", Epoch: at.want}, got); diff != "" {
			t.Error(diff)
		}
		for _, last := range []uint64{0, 4} {
			req := link.SyncRequest{Device: "dev-2", Epoch: at.said, Last: last, Schema: link.Schema, SchemaMin: link.SchemaMin}
			if r := link.AnswerSync(got, req, link.Cloud{Inc: "pg-1"}, evening); r.Kind != link.Forked {
				t.Errorf("%+v with %d events is answered %q: %s", at, last, r.Kind, r.Reason)
			}
		}
	}
}

func TestAProofThatCannotBeIsRefused(t *testing.T) {
	t.Parallel()
	doc := func(s string) error { return second(link.Decode[link.Proof]([]byte(s))) }
	shown := func(p link.SignedProof) error {
		return second(link.Encode(link.SyncRequest{Device: "d", Boot: "b", Epoch: 1, Schema: 1, Proof: &p}))
	}
	for name, err := range map[string]error{
		"a snapshot":          doc(`{"restaurant":"r1","device":"d","epoch":3,"at":"2026-07-03T19:30:00Z","inc":"pg-1","orders":[]}`),
		"of no restaurant":    doc(`{"kind":"enrolment","device":"d","epoch":3,"at":"2026-07-03T19:30:00Z"}`),
		"of no device":        doc(`{"kind":"enrolment","restaurant":"r1","epoch":3,"at":"2026-07-03T19:30:00Z"}`),
		"of no epoch":         doc(`{"kind":"enrolment","restaurant":"r1","device":"d","at":"2026-07-03T19:30:00Z"}`),
		"beyond counting":     doc(`{"kind":"enrolment","restaurant":"r1","device":"d","epoch":9007199254740993,"at":"2026-07-03T19:30:00Z"}`),
		"of no time":          doc(`{"kind":"enrolment","restaurant":"r1","device":"d","epoch":3}`),
		"shown empty":         shown(link.SignedProof{Sig: []byte("s")}),
		"shown unsigned":      shown(link.SignedProof{Doc: []byte("{}")}),
		"longer than any is":  shown(link.SignedProof{Doc: []byte(strings.Repeat("x", 1025)), Sig: []byte("s")}),
		"a signature in feet": shown(link.SignedProof{Doc: []byte("{}"), Sig: make([]byte, 129)}),
	} {
		if !errors.Is(err, link.ErrCorrupt) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
