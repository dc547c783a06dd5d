package broker

import (
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// subprotocol is what MQTT over WebSocket is called (MQTT 5 §6).
const subprotocol = "mqtt"

// Sockets takes clients in that are web pages: MQTT over WebSocket. They sign in, are bounded and end like any other. A page of another origin is
// refused; who is no browser names no origin.
func (b *Broker) Sockets() http.Handler {
	up := websocket.Upgrader{
		HandshakeTimeout: b.hook.config.HandshakeTimeout, ReadBufferSize: 2 << 10, WriteBufferSize: 2 << 10, Subprotocols: []string{subprotocol},
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case !websocket.IsWebSocketUpgrade(r):
			w.Header().Set("Upgrade", "websocket")
			http.Error(w, "this is for MQTT over WebSocket", http.StatusUpgradeRequired)
			return
		case !slices.Contains(websocket.Subprotocols(r), subprotocol):
			http.Error(w, `this speaks the subprotocol "mqtt"`, http.StatusBadRequest)
			return
		}
		ws, err := up.Upgrade(w, r, nil)
		if err != nil {
			return // it has answered
		}
		ws.SetReadLimit(int64(b.hook.config.MaxPacket) + 16)
		b.listener.welcome(&socket{Conn: ws.NetConn(), ws: ws})
	})
}

// socket is a WebSocket as a stream of bytes: packets of MQTT may begin and end anywhere in its messages.
type socket struct {
	net.Conn // for addresses and deadlines
	ws       *websocket.Conn
	message  io.Reader // only for the goroutine that reads

	mu       sync.Mutex
	deadline time.Time // of the next message
}

// Read reads on, over the borders of messages. Text is no MQTT.
func (s *socket) Read(b []byte) (int, error) {
	for {
		if s.message == nil {
			kind, r, err := s.ws.NextReader()
			if err != nil {
				return 0, ended(err)
			}
			if kind != websocket.BinaryMessage {
				return 0, io.EOF
			}
			s.message = r
		}
		n, err := s.message.Read(b)
		if errors.Is(err, io.EOF) {
			s.message = nil
			if n == 0 {
				continue
			}
			err = nil
		}
		return n, err
	}
}

// ended makes the usual ends of a WebSocket those of a stream.
func ended(err error) error {
	if websocket.IsCloseError(err, websocket.CloseNormalClosure, websocket.CloseGoingAway, websocket.CloseNoStatusReceived, websocket.CloseAbnormalClosure) {
		return io.EOF
	}
	return err
}

// Write sends one message. Only one goroutine writes: a conn's pump.
func (s *socket) Write(b []byte) (int, error) {
	s.mu.Lock()
	deadline := s.deadline
	s.mu.Unlock()
	_ = s.ws.SetWriteDeadline(deadline)
	if err := s.ws.WriteMessage(websocket.BinaryMessage, b); err != nil {
		return 0, err
	}
	return len(b), nil
}

// SetWriteDeadline is for what is being written and for what comes after it.
func (s *socket) SetWriteDeadline(t time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deadline = t
	return s.Conn.SetWriteDeadline(t)
}

// Close says farewell, as far as the socket takes it, and closes it.
func (s *socket) Close() error {
	_ = s.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, ""), time.Now().Add(100*time.Millisecond))
	return s.ws.Close()
}
