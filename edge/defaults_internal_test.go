package edge

import (
	"reflect"
	"testing"

	"github.com/spf13/pflag"
)

func TestTheZeroConfigIsANode(t *testing.T) {
	t.Parallel()
	zero := Config{}.withDefaults()
	if err := zero.check(); err != nil {
		t.Fatal(err)
	}
	if zero.Listen == "" || zero.MQTTListen != "" || zero.MetricsListen != "" {
		t.Errorf("%+v", zero)
	}
	if chosen := (Config{Data: "d", Listen: ":1", Uplink: "client", LogLevel: "debug"}).withDefaults(); chosen.Data != "d" || chosen.Listen != ":1" ||
		chosen.Uplink != "client" || chosen.LogLevel != "debug" {
		t.Errorf("what was chosen is overwritten: %+v", chosen)
	}
}

func TestFlagsBeginWithTheDefaultsOfTheConfig(t *testing.T) {
	t.Parallel()
	var c Config
	c.flags(pflag.NewFlagSet("serve", pflag.ContinueOnError))
	want := Config{MQTTListen: ":1883", MetricsListen: "127.0.0.1:9091", DayStarts: 4}.withDefaults() // the program has them, a zero Config has not
	if !reflect.DeepEqual(c, want) {
		t.Errorf("a node without flags is\n%+v, not\n%+v", c, want)
	}
}
