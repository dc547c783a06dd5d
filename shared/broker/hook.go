package broker

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"

	mqtt "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/packets"

	"awesome.pizza/shared/problem"
)

// nowhere is a topic that nobody can read.
const nowhere = "$refused"

// maxKeepalive is how long in seconds an MQTT 5 client may stay silent.
const maxKeepalive = 300

// hook is our side of mochi: who may come in, what may be said, what is kept.
type hook struct {
	mqtt.HookBase
	config   Config
	server   *mqtt.Server
	sessions sessions
	quota    quota
	stats    counters
	ctx      atomic.Pointer[context.Context] // of Serve, for what is kept
}

func newHook(c Config, server *mqtt.Server) *hook {
	h := &hook{
		config:   c,
		server:   server,
		sessions: sessions{byID: map[string]session{}, count: map[string]int{}},
		quota:    quota{most: c.DeadPerMinute},
	}
	ctx := context.Background()
	h.ctx.Store(&ctx)
	return h
}

// ID names the hook to mochi.
func (*hook) ID() string { return "house rules" }

// Provides lists what is overridden here.
func (*hook) Provides(b byte) bool {
	switch b {
	case mqtt.OnConnectAuthenticate, mqtt.OnACLCheck, mqtt.OnPacketRead, mqtt.OnPublish, mqtt.OnSubscribed, mqtt.OnWill,
		mqtt.OnDisconnect, mqtt.OnClientExpired:
		return true
	}
	return false
}

// OnConnectAuthenticate lets a client in, with a client id and a will that are its own to have.
func (h *hook) OnConnectAuthenticate(cl *mqtt.Client, pk packets.Packet) bool {
	user := string(pk.Connect.Username)
	g, ok := h.config.Access(pk.Connect.ClientIdentifier, user, pk.Connect.Password)
	switch {
	case !ok || !g.owns(pk.Connect.ClientIdentifier):
		return h.turnAway(cl, user, "bad_login", "user, secret and client id do not go together")
	case pk.Connect.WillFlag && !g.mayPublish(pk.Connect.WillTopic):
		return h.turnAway(cl, user, "not_allowed", user+" may not leave a will for "+pk.Connect.WillTopic)
	case !h.sessions.open(cl, g, h.config.MaxSessions):
		return h.turnAway(cl, user, "too_many_sessions", user+" has too many client ids")
	}
	cl.Properties.Will.WillDelayInterval = 0 // a delayed will would go out unseen by OnWill
	if cl.Properties.ProtocolVersion == 5 && (cl.State.Keepalive == 0 || cl.State.Keepalive > maxKeepalive) {
		cl.State.Keepalive, cl.State.ServerKeepalive = maxKeepalive, true
	}
	signedIn(cl)
	return true
}

func (h *hook) turnAway(cl *mqtt.Client, user, code, reason string) bool {
	h.stats.turnedAway.Add(1)
	h.buryOrLog(DeadLetter{ClientID: clip(cl.ID), Remote: cl.Net.Remote, Topic: clip(user), Code: code, Reason: clip(reason)})
	return false
}

// OnACLCheck judges what may be read, when it is subscribed to and again when it is delivered. What may be published is judged in
// receive, where the payload is at hand for the dead letter.
func (h *hook) OnACLCheck(cl *mqtt.Client, topic string, write bool) bool {
	g := h.sessions.grant(cl)
	return g.Device != "" && (write || g.mayRead(topic))
}

// OnPacketRead refuses publications that mochi would drop in silence ($SYS) or answer wrongly (QoS 2).
func (h *hook) OnPacketRead(cl *mqtt.Client, pk packets.Packet) (packets.Packet, error) {
	if pk.FixedHeader.Type != packets.Publish {
		return pk, nil
	}
	letter := DeadLetter{
		Device: h.sessions.grant(cl).Device, ClientID: cl.ID, Remote: cl.Net.Remote, Topic: pk.TopicName, Payload: pk.Payload,
	}
	switch {
	case pk.FixedHeader.Qos > 1:
		letter.Code, letter.Reason = "qos_not_offered", "QoS 0 and 1 are offered, not 2"
		h.buryOrLog(letter)
		h.hangUp(cl, packets.ErrQosNotSupported)
		return pk, packets.ErrRejectPacket
	case strings.HasPrefix(pk.TopicName, "$") && !mqtt.IsValidFilter(pk.TopicName, true):
		letter.Code, letter.Reason = "not_allowed", "topics that begin with $ are the broker's own"
		h.buryOrLog(letter)
		return pk, answerRefused(cl, pk)
	}
	return pk, nil
}

// answerRefused acknowledges a publication that mochi is about to drop without a word.
func answerRefused(cl *mqtt.Client, pk packets.Packet) error {
	if pk.FixedHeader.Qos == 0 {
		return nil
	}
	ack := packets.Packet{FixedHeader: packets.FixedHeader{Type: packets.Puback}, PacketID: pk.PacketID}
	if cl.Properties.ProtocolVersion == 5 {
		ack.ReasonCode = packets.ErrNotAuthorized.Code
	}
	return cl.WritePacket(ack)
}

// OnPublish keeps a message before mochi acknowledges it. mochi takes any error but the three used here for consent.
func (h *hook) OnPublish(cl *mqtt.Client, pk packets.Packet) (packets.Packet, error) {
	if cl.Net.Inline {
		return pk, nil
	}
	g := h.sessions.grant(cl)
	err := h.receive(Message{
		Device: g.Device, ClientID: cl.ID, Topic: pk.TopicName, Payload: pk.Payload,
		QoS: pk.FixedHeader.Qos, Retain: pk.FixedHeader.Retain, At: h.config.Clock.Now(),
	}, cl.Net.Remote, g)
	switch p := problem.Of(err); {
	case err == nil:
		return pk, nil
	case p == nil:
		if pk.FixedHeader.Qos > 0 {
			h.hangUp(cl, packets.ErrServerBusy)
		}
		return pk, packets.ErrRejectPacket
	case cl.Properties.ProtocolVersion == 5 && pk.FixedHeader.Qos > 0:
		return pk, packets.Code{Code: reason(p), Reason: clip(p.Detail)}
	}
	return pk, packets.CodeSuccessIgnore
}

func reason(p *problem.Problem) byte {
	switch p.Kind {
	case problem.Invalid:
		return packets.ErrPayloadFormatInvalid.Code
	case problem.Refused:
		return packets.ErrNotAuthorized.Code
	}
	return packets.ErrImplementationSpecificError.Code
}

// OnSubscribed keeps a record of what somebody wished to read and may not.
func (h *hook) OnSubscribed(cl *mqtt.Client, pk packets.Packet, codes []byte) {
	g := h.sessions.grant(cl)
	for i, sub := range pk.Filters {
		if codes[i] < packets.ErrUnspecifiedError.Code {
			continue
		}
		h.buryOrLog(DeadLetter{
			Device: g.Device, ClientID: cl.ID, Remote: cl.Net.Remote, Topic: sub.Filter,
			Code: "not_allowed", Reason: clip(g.Device + " may not read " + sub.Filter),
		})
	}
}

// OnWill treats a last will like any message; mochi would send it unseen. A will that is refused goes nowhere.
func (h *hook) OnWill(cl *mqtt.Client, will mqtt.Will) (mqtt.Will, error) {
	g := h.sessions.grant(cl)
	m := Message{
		Device: g.Device, ClientID: cl.ID, Topic: will.TopicName, Payload: will.Payload, QoS: will.Qos, Retain: will.Retain,
		At: h.config.Clock.Now(),
	}
	closing := (*h.ctx.Load()).Err() != nil // it is us who leave, not the device
	if closing || h.receive(m, cl.Net.Remote, g) != nil {
		will.TopicName, will.Retain = nowhere, false
	}
	return will, nil
}

// OnDisconnect records why we hung up on a client that broke the protocol.
func (h *hook) OnDisconnect(cl *mqtt.Client, err error, expire bool) {
	var code packets.Code
	if errors.As(err, &code) && code.Code >= packets.ErrUnspecifiedError.Code && code != packets.ErrRejectPacket {
		h.buryOrLog(DeadLetter{
			Device: h.sessions.grant(cl).Device, ClientID: cl.ID, Remote: cl.Net.Remote, Code: "malformed_packet", Reason: clip(err.Error()),
		})
	}
	if expire {
		h.sessions.end(cl)
	}
}

// OnClientExpired forgets a session that nobody came back for.
func (h *hook) OnClientExpired(cl *mqtt.Client) { h.sessions.end(cl) }

// hangUp closes a connection; an MQTT 5 client is told why.
func (h *hook) hangUp(cl *mqtt.Client, why packets.Code) {
	if cl.Properties.ProtocolVersion == 5 {
		_ = h.server.DisconnectClient(cl, why) // returns why
		return
	}
	cl.Stop(why)
}

// clip keeps a stranger's words short in reasons.
func clip(s string) string {
	const most = 200
	if len(s) > most {
		s = s[:most]
	}
	return strings.ToValidUTF8(s, "�")
}
