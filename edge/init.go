package edge

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"awesome.pizza/edge/uplink"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/settings"
	"awesome.pizza/shared/wire"
)

// menuMost is how long a menu file may be.
const menuMost = 4 << 20

func initCommand() *cobra.Command {
	var data, restaurant, zone, dishes string
	cmd := &cobra.Command{
		Use:   "init",
		Short: "Make this node a restaurant of its own, without a chain",
		Long: `init prepares a node that needs no cloud, no hub and no internet: "edge serve" then opens the kitchen, today and for ever. Without --menu it sells
what a new chain starts with; "edge menu FILE" changes that, also while the node runs.

It may join a chain later, with all its orders: "edge enroll CODE", with a code for a restaurant of the same id, and a restart. What happened until
then is kept in the outbox and goes up with the first connection. From then on the menu is the chain's.`,
		Example: "  edge init --restaurant r1 --time-zone Europe/Rome --menu menu.json --data /var/lib/awesome-pizza",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := settings.Fill(cmd, "EDGE"); err != nil {
				return err
			}
			if !wire.SafeID(restaurant) {
				return settings.Usage("--restaurant is %q; write an id of 1 to 64 letters, digits, '.', '_' or '-', as in r1", restaurant)
			}
			if _, err := time.LoadLocation(zone); err != nil || zone == "" {
				return settings.Usage("--time-zone is %q; write an IANA zone like Europe/Rome", zone)
			}
			var raw json.RawMessage
			if dishes != "" {
				var err error
				if raw, _, err = menuFile(dishes); err != nil {
					return err
				}
			}
			if _, err := uplink.InitAlone(data, restaurant, zone, raw); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "this node is now restaurant %s, of its own; start it with `edge serve --data %s`\n", restaurant, data)
			return nil
		},
	}
	cmd.Flags().StringVar(&data, "data", Config{}.withDefaults().Data, "`directory` of database, keys and enrolment")
	cmd.Flags().StringVar(&restaurant, "restaurant", "", "`id` of the restaurant; a chain that it joins later has to know it by the same")
	cmd.Flags().StringVar(&zone, "time-zone", "", "IANA `zone` of the restaurant")
	cmd.Flags().StringVar(&dishes, "menu", "", "JSON `file` of what it sells; `edge menu` prints the present one")
	return cmd
}

func menuCommand() *cobra.Command {
	var data string
	var dry bool
	cmd := &cobra.Command{
		Use:   "menu [FILE]",
		Short: "Print what this restaurant sells, or sell what is in a file from now on",
		Long: `menu without a file prints the present menu as JSON: a file to begin with. With a file it says what would be new, gone or of another price, and
makes it the menu; a node that runs sells by it within seconds, and open screens load themselves anew. Orders that were taken keep their prices.

The menu of a restaurant that belongs to a chain is the chain's: it is changed there, and comes down by itself.`,
		Example: "  edge menu > menu.json\n  edge menu menu.json --dry-run\n  edge menu menu.json",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := settings.Fill(cmd, "EDGE"); err != nil {
				return err
			}
			e, err := uplink.LoadEnrolment(data)
			if err != nil {
				return err
			}
			now, err := menuOf(e)
			if err != nil {
				return err
			}
			if len(args) == 0 {
				out := json.NewEncoder(cmd.OutOrStdout())
				out.SetIndent("", "  ")
				return out.Encode(now)
			}
			return changeMenu(cmd.OutOrStdout(), data, e, now, args[0], dry)
		},
	}
	cmd.Flags().StringVar(&data, "data", Config{}.withDefaults().Data, "`directory` of database, keys and enrolment")
	cmd.Flags().BoolVar(&dry, "dry-run", false, "only say what would change")
	return cmd
}

func changeMenu(out io.Writer, data string, e uplink.Enrolment, now *menu.Menu, path string, dry bool) error {
	if !e.Alone {
		return fmt.Errorf("restaurant %s belongs to a chain: change its menu there, and it comes down by itself", e.Restaurant)
	}
	raw, next, err := menuFile(path)
	if err != nil {
		return err
	}
	changes := menuChanges(now, next)
	for _, c := range changes {
		fmt.Fprintln(out, c)
	}
	switch {
	case len(changes) == 0 && next.Version == now.Version:
		fmt.Fprintln(out, "nothing of it is new")
		return nil
	case next.Version == now.Version:
		return settings.Usage("%s: its version is %d, which is the present menu's: give it another one, by which orders say what they were priced with", path, next.Version)
	case dry:
		fmt.Fprintln(out, "nothing was changed")
		return nil
	}
	e.Menu = raw
	if err := e.Store(data); err != nil {
		return err
	}
	fmt.Fprintf(out, "version %d is the menu now\n", next.Version)
	return nil
}

// menuFile reads a menu and says what is wrong with it.
func menuFile(path string) (json.RawMessage, *menu.Menu, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, settings.Usage("the menu: %w", err)
	}
	raw, err := io.ReadAll(io.LimitReader(f, menuMost+1))
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, nil, fmt.Errorf("read the menu: %w", err)
	}
	if len(raw) > menuMost {
		return nil, nil, settings.Usage("the menu %s is longer than %d bytes", path, menuMost)
	}
	m, err := menu.Parse(raw)
	if err != nil {
		return nil, nil, settings.Usage("the menu %s: %w", path, err)
	}
	return raw, m, nil
}

// menuChanges says what of a menu is new, gone or otherwise, a line each.
func menuChanges(was, is *menu.Menu) (said []string) {
	said = append(said, listChanges("product", was.Products, is.Products, func(p menu.Product) string { return p.ID })...)
	said = append(said, listChanges("topping", was.Toppings, is.Toppings, func(t menu.Topping) string { return t.ID })...)
	said = append(said, listChanges("crust", was.Crusts, is.Crusts, func(c menu.Crust) string { return c.ID })...)
	said = append(said, listChanges("sauce", was.Sauces, is.Sauces, func(s menu.Sauce) string { return s.ID })...)
	said = append(said, listChanges("cut", was.Cuts, is.Cuts, func(c menu.Cut) string { return c.ID })...)
	return append(said, listChanges("ingredient", was.Ingredients, is.Ingredients, func(g menu.Ingredient) string { return g.ID })...)
}

func listChanges[T any](what string, was, is []T, id func(T) string) (said []string) {
	written := func(all []T) map[string]string {
		out := map[string]string{}
		for _, x := range all {
			text, _ := json.Marshal(x) // plain data, read from JSON
			out[id(x)] = string(text)
		}
		return out
	}
	before, after := written(was), written(is)
	for name, text := range after {
		switch old, there := before[name]; {
		case !there:
			said = append(said, "new      "+what+" "+name)
		case old != text:
			said = append(said, "changed  "+what+" "+name)
		}
	}
	for name := range before {
		if _, there := after[name]; !there {
			said = append(said, "gone     "+what+" "+name)
		}
	}
	slices.SortFunc(said, func(x, y string) int { return cmp.Or(strings.Compare(x[9:], y[9:]), strings.Compare(x, y)) })
	return said
}
