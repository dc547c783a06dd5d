package cloud

import (
	"testing"

	"go.uber.org/goleak"

	"awesome.pizza/cloud/pgdev/pgtest"
)

// What is left over is nats-server's: a hub that is stopped while one of its streams is being made forgets two of its goroutines.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(pgtest.Main(m),
		goleak.IgnoreAnyFunction("github.com/nats-io/nats-server/v2/server.(*fileStore).flushStreamStateLoop"),
		goleak.IgnoreAnyFunction("github.com/nats-io/nats-server/v2/server/ats.Register.func1"))
}
