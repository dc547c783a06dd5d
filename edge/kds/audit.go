package kds

import (
	"encoding/csv"
	"net/http"
	"strconv"
	"strings"
	"time"

	"awesome.pizza/edge/staff"
)

type auditView struct {
	N       int64        `json:"n"`
	At      *moment      `json:"at"`
	Who     string       `json:"who"` // empty: nobody was signed in
	Screen  string       `json:"screen"`
	Action  staff.Action `json:"action"`
	Subject string       `json:"subject"`
	Manager string       `json:"manager,omitempty"`
	Reason  string       `json:"reason,omitempty"`
	Detail  string       `json:"detail,omitempty"`
}

// audit answers GET /api/audit?day=&after=&format=csv: who did what on a business day, today's when none is named.
func (s *Server) audit(w http.ResponseWriter, r *http.Request) error {
	day, after, err := pageOf(r)
	if err != nil {
		return err
	}
	lines, intact, err := s.Kitchen.Audit(r.Context(), day, after)
	if err != nil {
		return err
	}
	if r.URL.Query().Get("format") == "csv" {
		rows := [][]string{{"n", "at", "day", "who", "screen", "action", "subject", "manager", "reason", "detail"}}
		for _, l := range lines {
			rows = append(rows, []string{
				strconv.FormatInt(l.N, 10), l.At.Format(time.RFC3339), l.Day, l.Who, l.Screen, string(l.Action), l.Subject, l.Manager, l.Reason, l.Detail,
			})
		}
		return respondCSV(w, "audit", rows)
	}
	views := make([]auditView, len(lines))
	for n, l := range lines {
		views[n] = auditView{l.N, at(l.At), l.Who, l.Screen, l.Action, l.Subject, l.Manager, l.Reason, l.Detail}
	}
	return respond(w, http.StatusOK, map[string]any{"day": day, "intact": intact, "lines": views})
}

// pageOf is the business day that a request names, as dayOf, and the number of the last line of its log that the asker has; 0 for none.
func pageOf(r *http.Request) (day string, after int64, err error) {
	if day, err = dayOf(r); err != nil {
		return "", 0, err
	}
	text := r.URL.Query().Get("after")
	if text == "" {
		return day, 0, nil
	}
	if after, err = strconv.ParseInt(text, 10, 64); err != nil || after < 0 {
		return "", 0, invalid("after", "after is %q; it is the number of the last line that you have", clip(text))
	}
	return day, after, nil
}

// dayOf is the business day that a request names; empty for today.
func dayOf(r *http.Request) (string, error) {
	q := r.URL.Query()
	if f := q.Get("format"); f != "" && f != "csv" && f != "json" {
		return "", invalid("format", "format is %q; it can be json or csv", clip(f))
	}
	day := q.Get("day")
	if _, err := time.Parse(time.DateOnly, day); day != "" && err != nil {
		return "", invalid("day", "day is %q; write it like 2026-11-28", clip(day))
	}
	return day, nil
}

// respondCSV writes a table. A cell that a spreadsheet would take for a formula is a text.
func respondCSV(w http.ResponseWriter, name string, rows [][]string) error {
	h := w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="`+name+`.csv"`)
	h.Set("Cache-Control", "no-store")
	for _, row := range rows {
		for n, cell := range row {
			if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
				if _, err := strconv.ParseFloat(cell, 64); err != nil {
					row[n] = "'" + cell
				}
			}
		}
	}
	return csv.NewWriter(w).WriteAll(rows)
}
