package menu

import (
	_ "embed" // the menu below
	"encoding/json"
	"fmt"
)

//go:embed pizzeria.json
var pizzeria []byte

// Pizzeria is the menu of a real pizzeria, with which a new chain starts.
func Pizzeria() (*Menu, error) { return Parse(pizzeria) }

// Parse reads a menu from JSON and checks it.
func Parse(data []byte) (*Menu, error) {
	m := new(Menu)
	if err := json.Unmarshal(data, m); err != nil {
		return nil, fmt.Errorf("read menu: %w", err)
	}
	return m, m.Check()
}
