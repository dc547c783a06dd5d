package mdrp

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
)

// A plot's size, and where its axes are.
const (
	wide, high               = 720, 360
	left, right, top, bottom = 64, 700, 44, 316
)

// Draw writes what the days came to into a folder: excess by group, the share of orders delivered by each minute, how long decisions took.
func Draw(folder string, c Category, all []Measures) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	var table bytes.Buffer
	if err := Table(&table, c, all); err != nil {
		return err
	}
	for name, text := range map[string][]byte{
		"table.md": table.Bytes(), "excess.svg": excessPlot(c, all),
		"click-to-door.svg": doorPlot(c, all), "ticks.svg": tickPlot(c, all),
	} {
		if err := os.WriteFile(filepath.Join(folder, name), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// plot is a drawing that is legible on light and on dark ground.
type plot struct{ bytes.Buffer }

func newPlot(title, below string) *plot {
	p := &plot{}
	fmt.Fprintf(p, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img"><title>%s</title><style>
text{font:14px system-ui,sans-serif;fill:#1c1917}.paper{fill:#fff}.grid{stroke:#d6d3d1}.bar{fill:#b45309}.line{fill:none;stroke:#b45309;stroke-width:2}
@media(prefers-color-scheme:dark){text{fill:#f5f5f4}.paper{fill:#1c1917}.grid{stroke:#57534e}.bar{fill:#fbbf24}.line{stroke:#fbbf24}}
</style><rect class="paper" width="%d" height="%d"/><text x="%d" y="26" font-weight="600">%s</text><text x="%d" y="%d" text-anchor="middle">%s</text>
`, wide, high, title, wide, high, left, title, (left+right)/2, high-8, below)
	return p
}

// rows draws a line across for each mark, and what it says.
func (p *plot) rows(most float64, unit string) {
	for i := range 5 {
		v := most * float64(i) / 4
		y := height(v, most)
		fmt.Fprintf(p, `<path class="grid" d="M%d %.1fH%d"/>`, left, y, right)
		fmt.Fprintf(p, `<text x="%d" y="%.1f" text-anchor="end">%.3g%s</text>`+"\n", left-6, y+5, v, unit)
	}
}

func height(v, most float64) float64 { return bottom - (bottom-top)*v/most }

// bars draws one bar for each value, with its name below and its figure above.
func (p *plot) bars(names []string, values []float64, figure string) []byte {
	most := 0.0
	for _, v := range values {
		most = max(most, v)
	}
	most = max(most*1.1, 0.01)
	p.rows(most, "")
	step := float64(right-left) / float64(max(len(values), 1))
	for i, v := range values {
		x, y := left+step*float64(i), height(v, most)
		middle := x + step/2
		fmt.Fprintf(p, `<rect class="bar" x="%.1f" y="%.1f" width="%.1f" height="%.1f"/>`, x+step*.15, y, step*.7, bottom-y)
		fmt.Fprintf(p, `<text x="%.1f" y="%.1f" text-anchor="middle">`+figure+`</text>`, middle, y-5, v)
		fmt.Fprintf(p, `<text x="%.1f" y="%d" text-anchor="middle">%s</text>`+"\n", middle, bottom+18, names[i])
	}
	p.WriteString("</svg>\n")
	return p.Bytes()
}

func excessPlot(c Category, all []Measures) []byte {
	var names []string
	var values []float64
	for _, g := range groups(all) {
		names, values = append(names, g.name), append(values, means(g.days).Excess)
	}
	return newPlot(fmt.Sprintf("%s: minutes over the floor of click-to-door", c), "group of days").bars(names, values, "%.2f")
}

// doorPlot is the share of orders that were at the door by a minute.
func doorPlot(c Category, all []Measures) []byte {
	const most = 90
	var by [most + 1]int
	orders := 0
	for _, m := range all {
		orders += m.Orders
		for _, v := range m.Doors {
			by[min(max(v, 0), most)]++
		}
	}
	p := newPlot(fmt.Sprintf("%s: orders at the door", c), "minutes since the order was placed")
	p.rows(100, " %")
	for v := 0; v <= most; v += 10 {
		fmt.Fprintf(p, `<text x="%d" y="%d" text-anchor="middle">%d</text>`, left+(right-left)*v/most, bottom+18, v)
	}
	p.WriteString(`<path class="line" d="M`)
	sum := 0
	for v, n := range by {
		sum += n
		fmt.Fprintf(p, "%d %.1f ", left+(right-left)*v/most, height(100*float64(sum)/float64(max(orders, 1)), 100))
	}
	p.WriteString("\"/></svg>\n")
	return p.Bytes()
}

// tickPlot is how many decisions took how long, by doubling times.
func tickPlot(c Category, all []Measures) []byte {
	var counts [12]float64
	n := 0
	for _, m := range all {
		for _, t := range m.Ticks {
			at := int(math.Ceil(math.Log2(max(float64(t.Microseconds())/250, 1))))
			counts[min(at, len(counts)-1)]++
			n++
		}
	}
	var names []string
	for i := range counts {
		counts[i] = 100 * counts[i] / float64(max(n, 1))
		names = append(names, fmt.Sprintf("≤%.3g", .25*float64(int(1)<<i)))
	}
	names[len(names)-1] = "more"
	return newPlot(fmt.Sprintf("%s: percent of %d decisions", c, n), "milliseconds that a decision took").bars(slices.Clone(names), counts[:], "%.1f")
}
