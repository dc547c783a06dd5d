package kitchen_test

import (
	"flag"
	"os"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if path := os.Getenv(doomedFile); path != "" {
		cookUntilKilled(path)
	}
	if path := os.Getenv(payingFile); path != "" {
		payUntilKilled(path)
	}
	if path := os.Getenv(crossingFile); path != "" {
		crossUntilKilled(path)
	}
	if path := os.Getenv(healingFile); path != "" {
		healUntilKilled(path)
	}
	flag.Parse()
	if checks := flag.Lookup("rapid.checks"); slower > 1 && checks.Value.String() == checks.DefValue {
		if err := checks.Value.Set("8"); err != nil {
			panic(err)
		}
	}
	goleak.VerifyTestMain(m)
}
