package engine

// unreachable marks a pair that must not be. Sums of a few thousand stay below the largest number.
const unreachable = impossible

// Assign solves the linear assignment problem: to each row its own column, so that the sum is least; there are at least as many columns as
// rows. It finds shortest augmenting paths row by row, with prices that keep every reduced cost at or above zero (Jonker and Volgenant 1987).
func Assign(cost [][]int64) []int {
	rows := len(cost)
	if rows == 0 {
		return nil
	}
	cols := len(cost[0])
	u, v := make([]int64, rows+1), make([]int64, cols+1)
	owner, way := make([]int, cols+1), make([]int, cols+1)
	least, done := make([]int64, cols+1), make([]bool, cols+1)
	for row := 1; row <= rows; row++ {
		owner[0] = row
		for j := range least {
			least[j], done[j] = unreachable*4, false
		}
		at := 0
		for owner[at] != 0 {
			done[at] = true
			i, delta, next := owner[at], unreachable*4, 0
			line, price := cost[i-1], u[i]
			for j := 1; j <= cols; j++ {
				if done[j] {
					continue
				}
				if c := line[j-1] - price - v[j]; c < least[j] {
					least[j], way[j] = c, at
				}
				if least[j] < delta {
					delta, next = least[j], j
				}
			}
			for j := range done {
				if done[j] {
					u[owner[j]] += delta
					v[j] -= delta
				} else {
					least[j] -= delta
				}
			}
			at = next
		}
		for at != 0 {
			owner[at] = owner[way[at]]
			at = way[at]
		}
	}
	out := make([]int, rows)
	for j := 1; j <= cols; j++ {
		if owner[j] > 0 {
			out[owner[j]-1] = j - 1
		}
	}
	return out
}

// swap gives whole routes to the drivers for whom their sum is least.
func (s *search) swap() {
	var held []int
	for d, route := range s.routes {
		if len(route) > 0 {
			held = append(held, d)
		}
	}
	if len(held) == 0 {
		return
	}
	cost := make([][]int64, len(held))
	for i, h := range held {
		cost[i] = make([]int64, len(s.routes))
		for d := range s.routes {
			cost[i][d] = s.cost(d, s.routes[h])
		}
	}
	to := Assign(cost)
	routes := make([][]visit, len(held))
	for i, h := range held {
		routes[i] = append([]visit(nil), s.routes[h]...)
	}
	for _, h := range held {
		s.set(h, nil, 0)
	}
	for i, d := range to {
		s.set(d, routes[i], cost[i][d])
	}
}
