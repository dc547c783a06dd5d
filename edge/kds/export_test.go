package kds

// Routes are the lines of the LAN interface: "GET /api/board".
func Routes() (lines []string) {
	for _, r := range new(Server).all() {
		lines = append(lines, r.method+" "+r.path)
	}
	return lines
}

// StreamsMost is how many streams go to one address at once.
const StreamsMost = streamsMost
