package api

import (
	"context"
	"encoding/csv"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"awesome.pizza/cloud/acts"
	"awesome.pizza/shared/clock"
	"awesome.pizza/shared/problem"
)

// Acts is the log of what people do: a *store.Store.
type Acts interface {
	// Note writes a line by itself.
	Note(ctx context.Context, a acts.Act) error
	// Acts are lines, newest first; next is where the page after begins, 0 at the end.
	Acts(ctx context.Context, q acts.Query) (page []acts.Act, next int64, err error)
}

// actView is a line of the log of acts.
type actView struct {
	N       int64        `json:"n" doc:"grows from line to line, with gaps"`
	At      instant      `json:"at"`
	Who     actorView    `json:"who"`
	What    string       `json:"what" doc:"the operation, as assign_driver"`
	On      subjectView  `json:"on"`
	Outcome acts.Outcome `json:"outcome" enum:"done,refused,failed" doc:"failed: an accident, after which it may have been done all the same"`
	Code    string       `json:"code" doc:"of the problem with which it was refused; empty when it was done"`
	Changes []changeView `json:"changes" doc:"what was, and what is now, or was asked for"`
	Request string       `json:"request_id" doc:"the X-Request-Id of the answer: lines of one request have the same one"`
}

type actorView struct {
	Role       acts.Role `json:"role" enum:"staff,local,driver,counter,node,settings" doc:"staff: who shows the staff token; local: whoever is at the machine of a core without one; counter: a dispatcher in a restaurant; node: a box that binds itself; settings: the file of restaurants"`
	ID         string    `json:"id" doc:"the driver, or who is signed in at the counter; else empty"`
	Restaurant string    `json:"restaurant_id" doc:"whose counter"`
}

type subjectView struct {
	Kind       acts.Kind `json:"kind" enum:"order,driver,restaurant," doc:"empty: nothing of these"`
	ID         string    `json:"id"`
	Label      string    `json:"label" doc:"the number of an order, the name of a driver; empty when it was not known then"`
	Restaurant string    `json:"restaurant_id"`
}

type changeView struct {
	Field string `json:"field"`
	From  string `json:"from" doc:"empty when there was nothing, or nobody looked"`
	To    string `json:"to" doc:"cash in minor units, as 1250 USD"`
}

func actOf(a *acts.Act) actView {
	v := actView{
		N: a.N, At: instant{a.At}, Who: actorView{a.Who.Role, a.Who.ID, a.Who.Restaurant}, What: a.What,
		On: subjectView{a.On.Kind, a.On.ID, a.On.Label, a.On.Restaurant}, Outcome: a.Outcome, Code: a.Code, Changes: make([]changeView, len(a.Changes)), Request: a.Request,
	}
	for i, c := range a.Changes {
		v.Changes[i] = changeView(c)
	}
	return v
}

// ActsFilter says which lines of the log are asked for.
type ActsFilter struct {
	From       time.Time    `query:"from" doc:"lines from then on"`
	To         time.Time    `query:"to" doc:"and before then"`
	Who        string       `query:"who" maxLength:"100" doc:"a role, a driver, or who is signed in at a counter"`
	On         string       `query:"on" maxLength:"100" doc:"the id of what it is about, or its number or name"`
	Restaurant string       `query:"restaurant_id" maxLength:"64" doc:"what is about this restaurant, its orders and its drivers, or came from its counter"`
	What       string       `query:"what" maxLength:"64" doc:"only this operation"`
	Outcome    acts.Outcome `query:"outcome" enum:"done,refused,failed"`
}

func (f *ActsFilter) query() (acts.Query, error) {
	q := acts.Query{From: f.From, To: f.To, Who: strings.TrimSpace(f.Who), On: strings.TrimSpace(f.On), Restaurant: f.Restaurant, What: f.What, Outcome: f.Outcome}
	if !f.To.IsZero() && !f.From.Before(f.To) {
		return q, problem.New(problem.Invalid, "bad_span", "the log is asked for from an instant to a later one").With("path", "from")
	}
	return q, nil
}

type actsInput struct {
	ActsFilter
	After string `query:"after" maxLength:"20" doc:"next of the page before"`
	Limit int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

type actsOutput struct {
	Link string `header:"Link" doc:"the next page, as RFC 8288 writes it"`
	Body struct {
		Acts     []actView  `json:"acts" doc:"newest first"`
		Next     or[string] `json:"next" doc:"after which the next page begins"`
		KeptDays int        `json:"kept_days" doc:"what is older is forgotten"`
	}
}

func (a *API) acts(ctx context.Context, in *actsInput) (*actsOutput, error) {
	q, err := in.query()
	if err != nil {
		return nil, err
	}
	q.Limit = in.Limit
	if in.After != "" {
		if q.Before, err = strconv.ParseInt(in.After, 36, 64); err != nil || q.Before < 1 {
			return nil, problem.New(problem.Invalid, "bad_cursor", "the cursor %q is not from an earlier page", in.After).With("path", "after")
		}
	}
	page, next, err := a.Acts.Acts(ctx, q)
	if err != nil {
		return nil, err
	}
	out := &actsOutput{}
	out.Body.Acts, out.Body.KeptDays = make([]actView, len(page)), int(acts.Kept.Hours()/24)
	for i := range page {
		out.Body.Acts[i] = actOf(&page[i])
	}
	if next > 0 {
		cursor := strconv.FormatInt(next, 36)
		out.Body.Next = some(cursor)
		out.Link = fmt.Sprintf(`</api/hq/acts?%s>; rel="next"`, in.next(cursor))
	}
	return out, nil
}

// next is the query of the page after: the same filter from another place.
func (in *actsInput) next(cursor string) string {
	q := url.Values{"after": {cursor}, "limit": {strconv.Itoa(in.Limit)}}
	for name, v := range map[string]string{
		"who": in.Who, "on": in.On, "restaurant_id": in.Restaurant, "what": in.What, "outcome": string(in.Outcome), "from": instantOr(in.From), "to": instantOr(in.To),
	} {
		if v != "" {
			q.Set(name, v)
		}
	}
	return q.Encode()
}

func instantOr(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return clock.Format(t)
}

// mostReported lines are in a report, and they are read so many at a time.
const (
	mostReported = 20_000
	reportedPage = 1000
)

type actsReportInput struct{ ActsFilter }

// actsReport is the log as a table for a spreadsheet.
func (a *API) actsReport(ctx context.Context, in *actsReportInput) (*csvOutput, error) {
	q, err := in.query()
	if err != nil {
		return nil, err
	}
	q.Limit = reportedPage
	var text strings.Builder
	w := csv.NewWriter(&text)
	_ = w.Write([]string{"n", "at", "role", "who", "counter", "what", "kind", "on", "label", "restaurant_id", "outcome", "code", "changes", "request_id"})
	for lines := 0; lines < mostReported; {
		page, next, err := a.Acts.Acts(ctx, q)
		if err != nil {
			return nil, err
		}
		for i := range page {
			_ = w.Write(rowOf(&page[i]))
		}
		if lines += len(page); next == 0 {
			break
		}
		q.Before = next
	}
	w.Flush()
	return &csvOutput{"text/csv; charset=utf-8", `attachment; filename="acts.csv"`, []byte(text.String())}, nil
}

func rowOf(x *acts.Act) []string {
	changes := make([]string, len(x.Changes))
	for i, c := range x.Changes {
		changes[i] = c.Field + ": " + c.To
		if c.From != "" {
			changes[i] = c.Field + ": " + c.From + " → " + c.To
		}
	}
	row := []string{
		strconv.FormatInt(x.N, 10), clock.Format(x.At), string(x.Who.Role), x.Who.ID, x.Who.Restaurant, x.What, string(x.On.Kind), x.On.ID, x.On.Label, x.On.Restaurant,
		string(x.Outcome), x.Code, strings.Join(changes, "; "), x.Request,
	}
	for i := range row {
		row[i] = harmless(row[i])
	}
	return row
}
