package cloud

import (
	"testing"

	"github.com/spf13/pflag"

	"awesome.pizza/shared/watch"
)

func TestHowManyStreamsThereAreIsSaidOnTheCommandLine(t *testing.T) {
	t.Parallel()
	var c Config
	f := pflag.NewFlagSet("serve", pflag.ContinueOnError)
	c.flags(f)
	if err := f.Parse([]string{"--streams", "50", "--streams-per-client=7", "--streams-per-order=3", "--phones=9"}); err != nil {
		t.Fatal(err)
	}
	if err := c.check(); err != nil {
		t.Error(err)
	}
	s := c.site(watch.Metrics(), quiet)
	if s.Streams != 50 || s.ClientStreams != 7 || s.OrderStreams != 3 || c.Streams.Phones != 9 {
		t.Errorf("%+v, %+v", s, c.Streams)
	}
}
