// Package link is the sync core between one restaurant and the cloud: what an outbox row, a batch, a SYNC, an acknowledgement, a command
// and a healing are, and who decides what about them. It is pure: state in, message in, time in; state out, messages out.
//
// Truth lies in two databases. A row may leave the edge's outbox only after the cloud's commit was acknowledged, whatever happens
// between them: messages may be lost, repeated, reordered and delayed. (edge, epoch, seq) is the only order. When the two hold different
// histories (a restored card, a clone, a database put back, an empty disk), Sender and AnswerHeal make one of them in a new epoch, and
// nobody has to act; only a device that was replaced stops, keeps every row and hands over what the cloud lacks (Salvage).
//
// The edge's half is Sender, whose Todo a shell carries out; the cloud's half is AnswerSync, Decide, AnswerHeal, Renewed, Courier and
// Governor. docs/PROTOCOL.md tells how they play together, and what they promise.
//
// Not in here: sockets, hubs, databases, goroutines, clocks, keys and signatures. edge/uplink and cloud/downlink move the messages, the
// two stores keep the rows, and what an order means is known to shared/order alone.
package link

import (
	"fmt"
	"hash/crc32"
	"strings"
)

const (
	// FirstEpoch is the epoch in which a restaurant's sequence begins: a fresh edge and a fresh row in the cloud both start with it.
	FirstEpoch = 1
	// Partitions is the number of hub streams that share the restaurants. It never changes: it is part of every subject.
	Partitions = 16
)

// Partition is the stream an edge belongs to, from 0 to 15: its CRC-32 (IEEE) modulo Partitions.
func Partition(edge string) int { return int(crc32.ChecksumIEEE([]byte(edge)) % Partitions) }

// StreamName is the name of a partition's hub stream: UP_07.
func StreamName(pp int) string { return fmt.Sprintf("UP_%02d", pp) }

// StreamSubject is what a partition's stream listens to. It has as many tokens as an edge's permission, or a leaf could not see it.
func StreamSubject(pp int) string { return fmt.Sprintf("ap.v1.up.%02d.*", pp) }

// UpSubject carries an edge's batches into the hub stream of its partition.
func UpSubject(edge string) string { return fmt.Sprintf("ap.v1.up.%02d.%s", Partition(edge), edge) }

// TelemetrySubject carries heartbeats: they may be lost.
func TelemetrySubject(edge string) string {
	return fmt.Sprintf("ap.v1.tm.%02d.%s", Partition(edge), edge)
}

// TelemetryWildcard is every edge's telemetry.
const TelemetryWildcard = "ap.v1.tm.*.*"

// SyncSubject is where an edge asks for SYNC and is answered.
func SyncSubject(edge string) string { return "ap.v1.rq." + edge + ".sync" }

// SyncWildcard is every edge's SYNC.
const SyncWildcard = "ap.v1.rq.*.sync"

// AckSubject carries the cloud's watermark to an edge, after its commit.
func AckSubject(edge string) string { return "ap.v1.dn." + edge + ".ack" }

// CommandSubject carries command batches to an edge.
func CommandSubject(edge string) string { return "ap.v1.dn." + edge + ".cmd" }

// ControlSubject carries rewinds and calls for SYNC to an edge.
func ControlSubject(edge string) string { return "ap.v1.dn." + edge + ".ctl" }

// EdgeOfSubject is the edge a subject of this package belongs to. The hub lets an edge use its own subjects only, so this, and no header
// or payload, says who is speaking. ok is false for a foreign subject and for an edge on a partition that is not its own.
func EdgeOfSubject(subject string) (edge string, ok bool) {
	t := strings.Split(subject, ".")
	if len(t) != 5 || t[0] != "ap" || t[1] != "v1" {
		return "", false
	}
	switch t[2] {
	case "up", "tm":
		return t[4], ValidEdge(t[4]) && t[3] == fmt.Sprintf("%02d", Partition(t[4]))
	case "rq":
		return t[3], ValidEdge(t[3]) && (t[4] == "sync" || t[4] == "heal" || t[4] == "snapshot" || t[4] == "desk")
	case "dn":
		return t[3], ValidEdge(t[3]) && (t[4] == "ack" || t[4] == "cmd" || t[4] == "ctl")
	}
	return "", false
}

// ValidEdge reports whether an edge id may stand in a subject: 1 to 64 letters, digits, hyphens or underscores.
func ValidEdge(edge string) bool {
	if edge == "" || len(edge) > 64 {
		return false
	}
	for _, c := range []byte(edge) {
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '_') {
			return false
		}
	}
	return true
}

// HealSubject is where an edge names what it has, SnapshotSubject where it asks for its open orders; both are answered.
func HealSubject(edge string) string { return "ap.v1.rq." + edge + ".heal" }

// SnapshotSubject is where an edge asks for what the cloud knows of its open orders.
func SnapshotSubject(edge string) string { return "ap.v1.rq." + edge + ".snapshot" }

// DeskSubject is where an edge asks who brings its orders.
func DeskSubject(edge string) string { return "ap.v1.rq." + edge + ".desk" }

// The questions of every edge.
const (
	HealWildcard     = "ap.v1.rq.*.heal"
	SnapshotWildcard = "ap.v1.rq.*.snapshot"
	DeskWildcard     = "ap.v1.rq.*.desk"
)
