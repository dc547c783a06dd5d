package main

import (
	"errors"
	"fmt"
	"math"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/BurntSushi/toml"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"awesome.pizza/shared/wire"
)

// settle fills the flags that were not given from the environment, then from the TOML file. tables are keys of the file that the
// command reads itself.
func settle(cmd *cobra.Command, tables ...string) error {
	if err := fromEnvironment(cmd); err != nil {
		return err
	}
	file, err := configFile(cmd)
	if err != nil || file == "" {
		return err
	}
	var values map[string]any
	if _, err := toml.DecodeFile(file, &values); err != nil {
		return fmt.Errorf("--config %s: %w", file, err)
	}
	for key, value := range values {
		name := strings.ReplaceAll(key, "_", "-") // both are written
		flag := cmd.Flags().Lookup(name)
		switch {
		case slices.Contains(tables, name):
		case flag == nil:
			return fmt.Errorf("--config %s: there is no setting %q; firmware-sim %s --help lists them", file, key, cmd.Name())
		case !flag.Changed:
			if err := set(cmd, name, words(value)...); err != nil {
				return fmt.Errorf("--config %s: %s: %w", file, name, err)
			}
		}
	}
	return nil
}

func configFile(cmd *cobra.Command) (string, error) { return cmd.Flags().GetString("config") }

// envName is what a flag is called in the environment.
func envName(flag string) string {
	return "SIM_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

func fromEnvironment(cmd *cobra.Command) error {
	var problems []error
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		value, ok := os.LookupEnv(envName(f.Name))
		if !ok || f.Changed || f.Name == "help" || f.Name == "version" {
			return
		}
		given := []string{value}
		if f.Value.Type() == "stringArray" {
			given = strings.Fields(value)
		}
		if err := set(cmd, f.Name, given...); err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", envName(f.Name), err))
		}
	})
	return errors.Join(problems...)
}

// set gives a flag its values; one that takes a list gets them all.
func set(cmd *cobra.Command, name string, values ...string) error {
	for _, v := range values {
		if err := cmd.Flags().Set(name, v); err != nil {
			return fmt.Errorf("%q is no %s", v, cmd.Flags().Lookup(name).Value.Type())
		}
	}
	return nil
}

func words(value any) []string {
	list, ok := value.([]any)
	if !ok {
		return []string{fmt.Sprint(value)}
	}
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = fmt.Sprint(v)
	}
	return out
}

// brokerURL reads the address of a broker.
func brokerURL(flag, s string) (*url.URL, error) {
	u, err := url.Parse(s)
	if err != nil || (u.Scheme != "mqtt" && u.Scheme != "mqtts") || u.Hostname() == "" {
		return nil, fmt.Errorf("%s %q: write mqtt://HOST:PORT or mqtts://HOST:PORT, like mqtt://127.0.0.1:1883", flag, s)
	}
	if u.Port() == "" {
		u.Host += map[string]string{"mqtt": ":1883", "mqtts": ":8883"}[u.Scheme]
	}
	return u, nil
}

// httpURL reads the address of a server.
func httpURL(flag, s string) (string, error) {
	u, err := url.Parse(s)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return "", fmt.Errorf("%s %q: write http://HOST:PORT, like http://127.0.0.1:5000", flag, s)
	}
	return strings.TrimSuffix(s, "/"), nil
}

// position reads degrees of latitude and longitude.
func position(flag, s string) (wire.Position, error) {
	lat, lon, ok := strings.Cut(s, ",")
	latitude, err1 := strconv.ParseFloat(strings.TrimSpace(lat), 64)
	longitude, err2 := strconv.ParseFloat(strings.TrimSpace(lon), 64)
	if !ok || err1 != nil || err2 != nil || !(math.Abs(latitude) <= 85) || !(math.Abs(longitude) <= 180) {
		return wire.Position{}, fmt.Errorf("%s %q: write latitude,longitude in degrees, like 40.7431,-73.9899", flag, s)
	}
	return wire.Position{Latitude: latitude, Longitude: longitude}, nil
}

// share checks a probability.
func share(flag string, p float64) error {
	if p >= 0 && p <= 1 {
		return nil
	}
	return fmt.Errorf("%s %v: write a probability from 0 to 1, like 0.9", flag, p)
}
