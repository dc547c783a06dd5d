package link

import "time"

// Condition is how the up link is, in one word.
type Condition string

const (
	Offline Condition = "offline" // nothing gets through: Cause says where it ends
	Syncing Condition = "syncing" // the hub is there, SYNC is being held
	Healing Condition = "healing" // edge and cloud hold different histories and are making one of them: Cause says how it came
	Online  Condition = "online"
	Blocked Condition = "blocked" // the cloud answers, but somebody has to act: Cause and Detail say why
)

// Cause says why a link is not online. The shell may give causes of its own to Disconnected and Unpublished.
type Cause string

const (
	CauseStarting     Cause = "starting"     // not connected yet since the node started
	CauseLAN          Cause = "lan"          // for the shell: the node has no network
	CauseInternet     Cause = "internet"     // for the shell: the hub cannot be reached
	CauseCloudSilent  Cause = "cloud_silent" // the hub is there, but nobody answers SYNC
	CauseNoStream     Cause = "no_stream"    // for the shell: the hub has no stream that takes batches
	CauseHubSilent    Cause = "hub_silent"   // the hub does not acknowledge batches
	CauseRefused      Cause = "refused"      // the cloud asks for the same events again and again
	CauseOutbox       Cause = "outbox"       // the outbox could not be read
	CauseFork         Cause = "fork"
	CauseFenced       Cause = "fenced"
	CauseSnapshot     Cause = "snapshot"
	CauseHistory      Cause = "history" // the cloud went back further than the outbox reaches
	CauseSchema       Cause = "schema"  // edge and cloud have no version of the messages in common
	CauseUnknownReply Cause = "unknown_reply"
)

// State is the up link for displays and health pages.
type State struct {
	Condition Condition
	Cause     Cause
	Detail    string    // a sentence, when there is more to say
	Since     time.Time // when Condition or Cause last changed
	Backlog   uint64    // events the cloud is not known to have
	Tip       Mark
	Acked     Mark
	Inc       string    // incarnation of the cloud's database at the last SYNC that led to sending
	Heard     time.Time // when the cloud last answered, a SYNC or a question of a healing; long ago on a live connection: connect anew
}

// State is how the link is after the last input.
func (s *Sender) State() State { return s.state }

// note keeps State up to date.
func (s *Sender) note(now time.Time) {
	condition, cause := s.condition()
	if condition != s.state.Condition || cause != s.state.Cause {
		s.state.Condition, s.state.Cause, s.state.Since = condition, cause, now
	}
	s.state.Detail = ""
	switch {
	case condition == Healing:
		s.state.Detail = s.heal.detail
	case cause == s.blocked || cause == s.trouble:
		s.state.Detail = s.detail
	}
	s.state.Backlog = s.tip.Seq - s.acked.Seq
	s.state.Tip, s.state.Acked, s.state.Inc, s.state.Heard = s.tip, s.acked, s.inc, s.heard
}

func (s *Sender) condition() (Condition, Cause) {
	switch {
	case !s.connected:
		return Offline, s.down
	case s.synced && s.sync.fails > 1, !s.synced && s.sync.fails > 0:
		return Offline, CauseCloudSilent
	case s.heal != nil:
		return Healing, s.heal.cause
	case s.blocked != "":
		return Blocked, s.blocked
	case !s.synced:
		return Syncing, ""
	case s.trouble != "":
		return Offline, s.trouble
	}
	return Online, ""
}
