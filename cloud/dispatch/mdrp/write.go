package mdrp

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Write writes the three files that the publisher's evaluator reads into a folder, which it makes.
func (s *Solution) Write(in *Instance, folder string) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	for name, text := range s.files(in) {
		if err := os.WriteFile(filepath.Join(folder, name), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func (s *Solution) files(in *Instance) map[string][]byte {
	var assignments, orders, couriers bytes.Buffer
	assignments.WriteString("assignment_time pickup_time courier orders\n")
	for _, a := range s.Assignments {
		fmt.Fprintf(&assignments, "%d %d %s %s\n", a.At, a.Pickup, a.Courier, strings.Join(a.Orders, " "))
	}
	orders.WriteString("order placement_time ready_time pickup_time dropoff_time courier\n")
	for i := range in.Orders {
		o := &in.Orders[i]
		if d, ok := s.Deliveries[o.ID]; ok {
			fmt.Fprintf(&orders, "%s %d %d %d %d %s\n", o.ID, o.Placed, o.Ready, d.Pickup, d.Drop, d.Courier)
		}
	}
	couriers.WriteString("courier departure_time origin destination\n")
	for _, c := range in.Couriers {
		for _, m := range s.Moves[c.ID] {
			fmt.Fprintf(&couriers, "%s %d %s %s\n", c.ID, m.Leave, m.From, m.To)
		}
	}
	return map[string][]byte{
		"solution_info_assignments.txt": assignments.Bytes(),
		"solution_info_orders.txt":      orders.Bytes(),
		"solution_info_couriers.txt":    couriers.Bytes(),
	}
}
