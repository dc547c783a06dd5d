// Package settings lets every flag of a program also be an environment variable and a key of a TOML file, and makes all programs of the
// house answer unusable arguments alike, know their own machine from the network, and tell whether they are well. What the settings mean is the business of each program's own Config.
package settings

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// ErrUsage marks errors that a person mends by writing the command differently: the program exits with 2.
var ErrUsage = errors.New("unusable arguments")

// Usage makes an error of one line that says what to write instead.
func Usage(format string, args ...any) error {
	return fmt.Errorf("%w: %w", ErrUsage, fmt.Errorf(format, args...))
}

// Exit is the exit code for what a command returned: 0, 2 for unusable arguments, 1 for everything else.
func Exit(err error) int {
	switch {
	case err == nil:
		return 0
	case errors.Is(err, ErrUsage):
		return 2
	}
	return 1
}

// Run executes a program's root command and prints what went wrong as one line.
func Run(root *cobra.Command) int {
	root.SilenceUsage, root.SilenceErrors = true, true
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return Usage("%w (see %s --help)", err, c.CommandPath())
	})
	ran := false
	root.PersistentPreRun = func(*cobra.Command, []string) { ran = true }
	err := root.Execute()
	if err != nil && !ran && !errors.Is(err, ErrUsage) { // cobra's own: an unknown command, a missing argument
		err = Usage("%w (see %s --help)", err, root.CommandPath())
	}
	if err != nil {
		line := strings.TrimPrefix(err.Error(), ErrUsage.Error()+": ")
		fmt.Fprintf(os.Stderr, "%s: %s\n", root.Name(), strings.ReplaceAll(line, "\n", "; "))
	}
	return Exit(err)
}

// Fill gives every flag of cmd that was not written on the command line its value from the environment (PREFIX_FLAG_NAME), or else from
// the TOML file that the flag "config" names (key flag_name). It reports ErrUsage for a key that is no flag and for unusable values.
func Fill(cmd *cobra.Command, prefix string) error {
	var errs []error
	set := func(f *pflag.Flag, value, from string) {
		if err := f.Value.Set(value); err != nil {
			errs = append(errs, Usage("%s: %q is not usable: %w", from, value, err))
			return
		}
		f.Changed = true
	}
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		name := Variable(prefix, f.Name)
		if value, ok := os.LookupEnv(name); ok && !f.Changed {
			set(f, value, name)
		}
	})
	path := ""
	if f := cmd.Flags().Lookup("config"); f != nil {
		path = f.Value.String()
	}
	if path == "" {
		return errors.Join(errs...)
	}
	keys, err := read(path)
	if err != nil {
		return err
	}
	for key, value := range keys {
		f := cmd.Flags().Lookup(strings.ReplaceAll(key, "_", "-"))
		switch {
		case f == nil || f.Name == "config":
			errs = append(errs, Usage("%s: %q is no setting of %s", path, key, cmd.CommandPath()))
		case !f.Changed:
			set(f, value, path+": "+key)
		}
	}
	return errors.Join(errs...)
}

// Variable is the environment variable of a flag: EDGE_MQTT_LISTEN for mqtt-listen.
func Variable(prefix, flag string) string {
	return prefix + "_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

func read(path string) (map[string]string, error) {
	var raw map[string]any
	if _, err := toml.DecodeFile(path, &raw); err != nil {
		return nil, Usage("read %s: %w", path, err)
	}
	out := map[string]string{}
	for key, value := range raw {
		switch v := value.(type) {
		case []any:
			words := make([]string, len(v))
			for i, w := range v {
				words[i] = fmt.Sprint(w)
			}
			out[key] = strings.Join(words, ",")
		case map[string]any, []map[string]any:
			return nil, Usage("%s: %q is a table; settings are plain values", path, key)
		default:
			out[key] = fmt.Sprint(v)
		}
	}
	return out, nil
}

// OneOf refuses a value that is not in the list.
func OneOf(flag, value string, allowed ...string) error {
	if slices.Contains(allowed, value) {
		return nil
	}
	return Usage("--%s is %q; write %s", flag, value, strings.Join(allowed, " or "))
}
