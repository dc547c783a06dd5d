package link_test

import (
	"testing"

	"awesome.pizza/shared/link"
)

func TestSubjectsNameTheirEdge(t *testing.T) {
	t.Parallel()
	for want, got := range map[string]string{
		"ap.v1.up.06.r000123":   link.UpSubject("r000123"),
		"ap.v1.tm.06.r000123":   link.TelemetrySubject("r000123"),
		"ap.v1.rq.r000123.sync": link.SyncSubject("r000123"),
		"ap.v1.rq.r000123.desk": link.DeskSubject("r000123"),
		"ap.v1.dn.r000123.ack":  link.AckSubject("r000123"),
		"ap.v1.dn.r000123.cmd":  link.CommandSubject("r000123"),
		"ap.v1.dn.r000123.ctl":  link.ControlSubject("r000123"),
	} {
		if got != want {
			t.Errorf("%s, want %s", got, want)
		}
		if edge, ok := link.EdgeOfSubject(got); edge != "r000123" || !ok {
			t.Errorf("%s belongs to %q (%v)", got, edge, ok)
		}
	}
	if link.StreamName(7) != "UP_07" || link.StreamSubject(7) != "ap.v1.up.07.*" {
		t.Error(link.StreamName(7), link.StreamSubject(7))
	}
}

func TestForeignSubjectsBelongToNobody(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		"", "ap.v1.up.06", "ap.v1.up.11.r000123", "ap.v1.up.06.r000123.x", "ap.v2.up.06.r000123", "xx.v1.up.06.r000123", "ap.v1.zz.06.r000123",
		"ap.v1.rq.r000123.other", "ap.v1.dn.r000123.other", "ap.v1.rq.*.sync", "ap.v1.rq..sync", "ap.v1.up.06.>", "$JS.API.INFO.a.b",
	} {
		if edge, ok := link.EdgeOfSubject(s); ok {
			t.Errorf("%q belongs to %q", s, edge)
		}
	}
}

func TestEdgesSpreadOverAllPartitions(t *testing.T) {
	t.Parallel()
	var count [link.Partitions]int
	for i := range 10_000 {
		count[link.Partition("r"+string(rune('a'+i%26))+string(rune('a'+i/26%26))+string(rune('a'+i/676)))]++
	}
	for pp, n := range count {
		if n < 300 || n > 1000 {
			t.Errorf("partition %d has %d of 10000 edges", pp, n)
		}
	}
}
