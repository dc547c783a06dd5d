package broker_test

import (
	"context"
	"crypto/subtle"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"awesome.pizza/shared/broker"
	"awesome.pizza/shared/problem"
)

// patience is how long a test waits for what must happen.
const patience = 10 * time.Second

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// kitchen is a broker with what it kept.
type kitchen struct {
	*broker.Broker
	stop func()

	mu      sync.Mutex
	kept    []broker.Message
	letters []broker.DeadLetter
	broken  error // what the database says
}

var errDisk = errors.New("disk is full")

func secretOf(device string) string {
	b := []byte(device)
	slices.Reverse(b)
	return string(b)
}

// rights: every device owns "shop/<name>" and reads "news/<name>/#"; the screen may read all of the shop but the safe.
func rights(device string) broker.Grant {
	if device == "screen" {
		return broker.Grant{Device: device, Read: []string{"shop/#"}, Deny: []string{"shop/safe/+"}}
	}
	return broker.Grant{Device: device, Publish: []string{"shop/" + device, "shop/" + device + "/+"}, Read: []string{"news/" + device + "/#"}}
}

func access(_, user string, secret []byte) (broker.Grant, bool) {
	return rights(user), subtle.ConstantTimeCompare([]byte(secretOf(user)), secret) == 1 && user != ""
}

func (k *kitchen) onPublish(ctx context.Context, m broker.Message) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	switch {
	case k.broken != nil:
		return k.broken
	case string(m.Payload) == "bomb":
		panic("a bug in the kitchen")
	case string(m.Payload) == "garbage":
		return problem.New(problem.Invalid, "not_json", "the payload must be JSON")
	case string(m.Payload) == "unheard of":
		return problem.New(problem.NotFound, "unknown_slot", "there is no such slot")
	}
	k.kept = append(k.kept, m)
	return ctx.Err()
}

func (k *kitchen) onDead(_ context.Context, l broker.DeadLetter) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.broken != nil {
		return k.broken
	}
	k.letters = append(k.letters, l)
	return nil
}

func (k *kitchen) breakDisk(err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.broken = err
}

func (k *kitchen) payloads() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	var out []string
	for _, m := range k.kept {
		out = append(out, string(m.Payload))
	}
	return out
}

// letter waits for a dead letter with this code and returns it.
func (k *kitchen) letter(t *testing.T, code string) broker.DeadLetter {
	t.Helper()
	var found broker.DeadLetter
	eventually(t, "a dead letter "+code, func() bool {
		k.mu.Lock()
		defer k.mu.Unlock()
		i := slices.IndexFunc(k.letters, func(l broker.DeadLetter) bool { return l.Code == code })
		if i >= 0 {
			found = k.letters[i]
		}
		return i >= 0
	})
	return found
}

// open starts a broker on a free port; it is stopped and waited for when the test ends.
func open(t *testing.T, change func(*broker.Config)) *kitchen {
	t.Helper()
	k := &kitchen{}
	c := broker.Config{
		Addr: "127.0.0.1:0", Access: access, OnPublish: k.onPublish, Dead: k.onDead, Log: slog.New(slog.DiscardHandler),
	}
	if change != nil {
		change(&c)
	}
	b, err := broker.New(c)
	if err != nil {
		t.Fatal(err)
	}
	k.Broker = b
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- b.Serve(ctx) }()
	k.stop = sync.OnceFunc(func() {
		cancel()
		select {
		case err := <-ended:
			if err != nil {
				t.Errorf("serve: %v", err)
			}
		case <-time.After(patience):
			t.Error("the broker does not end")
		}
	})
	t.Cleanup(k.stop)
	return k
}

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.After(patience)
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-deadline:
			t.Fatalf("waited in vain for %s", what)
		case <-tick.C:
		}
	}
}
