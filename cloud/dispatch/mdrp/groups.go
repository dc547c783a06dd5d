package mdrp

import (
	"fmt"
	"io"
)

// Table writes the means of the days by group of instances, in Markdown.
func Table(out io.Writer, c Category, all []Measures) error {
	_, err := fmt.Fprintf(out, "| %s | days | undelivered %% | click-to-door | excess | over target | ready-to-pickup | cost/order | drive min/order | orders/bag | tick p50 ms | p99 | max |\n"+
		"|---|---|---|---|---|---|---|---|---|---|---|---|---|\n", c)
	for _, g := range groups(all) {
		if err == nil {
			m := means(g.days)
			_, err = fmt.Fprintf(out, "| %s | %d | %.3f | %.2f | %.2f | %.2f | %.2f | %.2f | %.1f | %.3f | %.1f | %.1f | %.1f |\n", g.name, len(g.days),
				m.Undelivered, m.ClickToDoor, m.Excess, m.Over, m.ReadyToPickup, m.Cost, m.Drive, m.PerBag, m.P50, m.P99, m.Max)
		}
	}
	return err
}

type group struct {
	name string
	days []Measures
}

// groups are all days, and those whose name has a part in common: 4r50t75s2p125 is of r50, t75, s2 and p125.
func groups(all []Measures) []group {
	out := []group{{"all", all}}
	for _, part := range []string{"o100", "o50", "r50", "t100", "t75", "s1", "s2", "p100", "p125"} {
		g := group{name: part}
		for _, m := range all {
			if hasPart(m.Name, part) {
				g.days = append(g.days, m)
			}
		}
		if len(g.days) > 0 {
			out = append(out, g)
		}
	}
	return out
}

// hasPart reports whether a name has a part: a letter and a number that ends there.
func hasPart(name, part string) bool {
	for i := 0; i+len(part) <= len(name); i++ {
		end := i + len(part)
		if name[i:end] == part && (end == len(name) || name[end] < '0' || name[end] > '9') {
			return true
		}
	}
	return false
}

// means are the unweighted means over days; of the time a decision takes, the worst.
func means(days []Measures) (m Measures) {
	n := float64(len(days))
	for _, d := range days {
		m.Undelivered += d.Undelivered / n
		m.ClickToDoor += d.ClickToDoor / n
		m.Excess += d.Excess / n
		m.Over += d.Over / n
		m.ReadyToPickup += d.ReadyToPickup / n
		m.Cost += d.Cost / n
		m.Drive += d.Drive / n
		m.PerBag += d.PerBag / n
		m.P50, m.P99, m.Max = max(m.P50, d.P50), max(m.P99, d.P99), max(m.Max, d.Max)
	}
	return m
}
