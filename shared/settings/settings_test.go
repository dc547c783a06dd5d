package settings_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"go.uber.org/goleak"

	"awesome.pizza/shared/settings"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type config struct {
	Listen string
	Speed  float64
	Wait   time.Duration
	Hubs   []string
	File   string
}

func command(c *config) *cobra.Command {
	cmd := &cobra.Command{Use: "serve", RunE: func(cmd *cobra.Command, _ []string) error { return settings.Fill(cmd, "PLAY") }}
	f := cmd.Flags()
	f.StringVar(&c.Listen, "listen", ":8080", "")
	f.Float64Var(&c.Speed, "speed", 1, "")
	f.DurationVar(&c.Wait, "wait", time.Second, "")
	f.StringSliceVar(&c.Hubs, "hub-urls", nil, "")
	f.StringVar(&c.File, "config", "", "")
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	return cmd
}

func run(t *testing.T, args ...string) (config, error) {
	t.Helper()
	var c config
	cmd := command(&c)
	cmd.SetArgs(args)
	return c, func() error { err := cmd.Execute(); return err }()
}

func file(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "play.toml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestAFlagBeatsTheEnvironmentWhichBeatsTheFile(t *testing.T) {
	t.Setenv("PLAY_LISTEN", ":2")
	t.Setenv("PLAY_SPEED", "2")
	path := file(t, "listen = \":3\"\nspeed = 3\nwait = \"3s\"\nhub_urls = [\"a\", \"b\"]\n")
	var c config
	cmd := command(&c)
	cmd.SetArgs([]string{"--config", path, "--listen", ":1"})
	if err := cmd.Execute(); err != nil {
		t.Fatal(err)
	}
	if c.Listen != ":1" || c.Speed != 2 || c.Wait != 3*time.Second || strings.Join(c.Hubs, " ") != "a b" {
		t.Errorf("%+v", c)
	}
}

func TestUnusableSettingsSayWhereAndWhat(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, want string }{
		"a key nobody knows": {"listne = \":1\"", `"listne" is no setting`},
		"a word for a speed": {"speed = \"fast\"", `speed: "fast" is not usable`},
		"a table":            {"[listen]\nport = 1", "settings are plain values"},
		"not TOML":           {"listen = = 1", "read "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := run(t, "--config", file(t, c.text))
			if !errors.Is(err, settings.ErrUsage) || !strings.Contains(err.Error(), c.want) || settings.Exit(err) != 2 {
				t.Errorf("got %v", err)
			}
		})
	}
	if _, err := run(t, "--config", "/nowhere.toml"); !errors.Is(err, settings.ErrUsage) {
		t.Errorf("a file that is not there: %v", err)
	}
}

func TestExitCodes(t *testing.T) {
	t.Parallel()
	for want, err := range map[int]error{0: nil, 1: errors.New("disk full"), 2: settings.Usage("write this instead")} {
		if got := settings.Exit(err); got != want {
			t.Errorf("%v exits with %d, want %d", err, got, want)
		}
	}
	if settings.OneOf("uplink", "leaf", "leaf", "client") != nil || settings.OneOf("uplink", "pigeon", "leaf", "client") == nil {
		t.Error("OneOf does not tell a leaf from a pigeon")
	}
}
