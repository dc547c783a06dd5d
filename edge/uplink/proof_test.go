package uplink_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats.go"

	"awesome.pizza/edge/uplink"
	"awesome.pizza/shared/link"
)

// A node that was enrolled before there were proofs gets its own with the next credential, keeps it, and shows it to whoever answers SYNC.
func TestANodeShowsTheProofThatItsRenewalBrought(t *testing.T) {
	t.Parallel()
	m := newMember(t, uplink.Client, nil)
	proof := &link.SignedProof{Doc: []byte(`{"kind":"enrolment"}`), Sig: []byte("signed by the chain")}
	m.Enrolment.JWT = m.credential(t, m.device, time.Now().Add(-time.Minute))
	m.renew = func() (int, any) {
		until := time.Now().Add(30 * 24 * time.Hour)
		return http.StatusOK, map[string]any{"jwt": m.credential(t, m.device, until), "expires": until, "proof": proof}
	}
	s := m.opens(t)
	defer stop(s)
	shown := make(chan *link.SignedProof, 64)
	conn := m.joins(t, s)
	if _, err := conn.Subscribe(link.SyncWildcard, func(q *nats.Msg) {
		if req, err := link.Decode[link.SyncRequest](q.Data); err == nil {
			shown <- req.Proof
		}
	}); err != nil {
		t.Fatal(err)
	}
	if err := conn.Flush(); err != nil {
		t.Fatal(err)
	}
	line := runs(t, m.Config, nothing{})
	eventually(t, "online", func() bool { return line.State().Condition == link.Online })
	select {
	case got := <-shown:
		if diff := cmp.Diff(proof, got); diff != "" {
			t.Errorf("it shows another one (-want +got):\n%s", diff)
		}
	case <-time.After(time.Minute):
		t.Error("it held no SYNC")
	}
	if kept, err := uplink.LoadEnrolment(m.dir); err != nil || !cmp.Equal(proof, kept.Proof) {
		t.Errorf("kept %+v, %v", kept.Proof, err)
	}
}
