package api

import (
	"bytes"
	_ "embed" // the page below
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

const about = "Orders, kitchens and drivers of a pizza chain. Errors are RFC 9457 problems with a stable code. Instants are RFC 3339 in UTC with " +
	"milliseconds, money counts minor units. Unknown fields in requests are refused; clients must ignore unknown fields in answers. What has a " +
	"version carries it as ETag: If-Match makes a change conditional (412 when somebody was faster), and without it any version will do."

// document is the OpenAPI document, indented so that a change to it can be read.
func (a *API) document() []byte {
	raw, err := json.Marshal(a.huma.OpenAPI())
	if err != nil {
		panic(fmt.Errorf("write the OpenAPI document: %w", err)) // it is made of constants
	}
	var out bytes.Buffer
	if err := json.Indent(&out, raw, "", "  "); err != nil {
		panic(fmt.Errorf("write the OpenAPI document: %w", err))
	}
	out.WriteByte('\n')
	return out.Bytes()
}

// Document is the OpenAPI 3.1 document of the interface.
func (a *API) Document() []byte { return a.document() }

//go:embed docs.html
var docsTemplate string

type docsOperation struct {
	Method, Path, Summary, Who string
	Answers                    []string
}

// docsPage is the document for people, without anything from elsewhere.
func (a *API) docsPage() []byte {
	byTag := map[string][]docsOperation{}
	for _, r := range a.routes() {
		o := docsOperation{Method: r.Method, Path: r.Path, Summary: r.Summary, Who: r.who.String()}
		o.Answers = append(o.Answers, fmt.Sprint(r.DefaultStatus))
		for _, status := range r.Errors {
			o.Answers = append(o.Answers, fmt.Sprint(status))
		}
		o.Answers = slices.Compact(o.Answers)
		byTag[r.Tags[0]] = append(byTag[r.Tags[0]], o)
	}
	var out bytes.Buffer
	page := template.Must(template.New("docs").Parse(docsTemplate)) // a constant
	if err := page.Execute(&out, map[string]any{"About": about, "Version": a.settings.Version, "Tags": byTag, "Codes": codes}); err != nil {
		panic(fmt.Errorf("write the docs: %w", err))
	}
	return out.Bytes()
}

func (a *API) docsHandler() http.Handler {
	page := text("text/html; charset=utf-8", a.docs)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", strings.Replace(policy, "object-src", "style-src 'unsafe-inline'; object-src", 1))
		page.ServeHTTP(w, r)
	})
}

var _ huma.SchemaProvider = instant{}

// codes are the problems that clients can count on.
var codes = []struct{ Code, Means string }{
	{"malformed", "the request is not the JSON it should be, or a body is missing"},
	{"not_utf8", "the body is not valid UTF-8"},
	{"incomplete", "the body ended early"},
	{"too_large", "the body is larger than 256 kB"},
	{"unsupported_media_type", "the body is not application/json in UTF-8"},
	{"invalid_request", "a field has a wrong type or value: see errors"},
	{"unknown_field", "a field is not one of the request: see errors"},
	{"repeated_field", "a field is there twice"},
	{"bad_text", "a text contains a zero character"},
	{"bad_cursor", "the cursor is not from an earlier page"},
	{"invalid_order", "the order can never be accepted as it is"},
	{"invalid_line", "a line is not on the menu as it is written"},
	{"out_of_zone", "the restaurant does not deliver that far"},
	{"idempotency_mismatch", "the Idempotency-Key was used for another request"},
	{"invalid_key", "the Idempotency-Key is not clean text"},
	{"restaurant_closed", "the restaurant is closed then; opens says when it opens"},
	{"sold_out", "something of the order is not there: sold_out says what, alternatives what can be had instead"},
	{"restored", "the database was restarted or restored, and the restaurant has not said yet what is left: try again in a moment"},
	{"unknown_ingredient", "the restaurant's menu has no such ingredient"},
	{"reason_missing", "this wants a reason"},
	{"restaurant_paused", "the restaurant takes no web orders at the moment"},
	{"illegal_step", "the order is in current, from where allowed can follow"},
	{"stale_version", "the If-Match names an old version; version is the newest"},
	{"driver_needed", "a driver is assigned by naming one"},
	{"not_your_order", "the order is not with this driver"},
	{"invalid_driver", "the driver cannot be registered as written"},
	{"driver_exists", "there is a driver with this id"},
	{"bad_time", "a time is too far from now"},
	{"out_of_range", "a number cannot be true"},
	{"no_fix", "0, 0 is no position"},
	{"not_newer", "the position is not newer than the last"},
	{"impossible_jump", "nobody gets from the last position to this one in that time"},
	{"bag_open", "the driver has a bag that is not checked out"},
	{"bag_closed", "the bag was checked out with another sum"},
	{"bag_explained", "the bag was checked out with another note, which stays"},
	{"no_open_bag", "the driver has no bag"},
	{"no_such_bag", "there is no such bag, or it is another driver's"},
	{"more_than_in_bag", "by the orders that were delivered there is less cash in the bag; expected says how much"},
	{"too_many_drops", "cash went into the safe too often out of this bag"},
	{"bad_amount", "an amount of cash cannot be true"},
	{"bad_id", "the id is no UUID, or is used for something else"},
	{"bad_proof", "this shows nothing: see errors"},
	{"wrong_code", "this is not the guest's code"},
	{"too_many_guesses", "the guest's code was wrong too often for this order: another proof will do"},
	{"too_many_streams", "too many event streams of this order, of this client or in all are open: close some, or try again"},
	{"proof_exists", "there is one of this kind, and the first counts"},
	{"no_proof", "there is no such proof, or not any more"},
	{"not_on_the_way", "the order has not left yet"},
	{"bad_span", "figures are of a span that ends after it begins"},
	{"offer_over", "the offer has ended; state says how"},
	{"trip_changed", "one door of the trip, the one of offer, is not to be had any more, and none was taken: look at what the trip is now"},
	{"bag_full", "the driver has something of another trip, or is on the way with it"},
	{"no_such_trip", "the driver was asked for no trip of that id"},
	{"no_such_order", "there is no such order, or it is not yours to see"},
	{"no_such_restaurant", "there is no such restaurant"},
	{"no_such_driver", "there is no such driver"},
	{"not_with_driver", "the order is not with the driver it is to be taken from: read it again"},
	{"no_such_courier", "this chain works with no delivery company of that name"},
	{"no_such_delivery", "the delivery company was asked for no delivery of that id"},
	{"stale_signature", "a delivery company's timestamp is more than five minutes from the chain's clock: sign anew when sending"},
	{"no_such_offer", "there is no such offer"},
	{"no_such_path", "there is nothing at this path"},
	{"bad_code", "the enrolment code is unknown, used or too old"},
	{"bad_signature", "the device or the delivery company that is named has not signed this request"},
	{"clock", "the device's clock is too far from the cloud's: sign again with the time in the header Date"},
	{"fenced", "another device has taken this one's place in the restaurant: it goes on cooking, and hands over what it has not sent"},
	{"revoked", "a person has cut this device off: it needs a new key"},
	{"unknown_device", "this device was never enrolled for this restaurant"},
	{"no_device", "the restaurant has no node that could be cut off"},
	{"nothing_aside", "nothing of this device is kept aside for the restaurant: see how it is spelt, and what was decided before"},
	{"quarantine_full", "as much is kept aside for the restaurant as can be: somebody has to look at it first"},
	{"another_database", "the database is not the one that the device named: ask again what it has"},
	{"current_device", "the device is the restaurant's node: what it has to say goes over the link"},
	{"bad_events", "these are not events as they stand in an outbox"},
	{"bad_day", "the day is no date as YYYY-MM-DD"},
	{"bad_ids", "these are not ids of events, or too many in one question"},
	{"bad_alert", "the alert's id is not escaped as one segment of the path"},
	{"bad_key", "this is no public key of a node"},
	{"key_in_use", "this device is enrolled already"},
	{"another_restaurant", "the code or the device is of another restaurant"},
	{"method_not_allowed", "the path takes other methods: see Allow"},
	{"unauthorized", "a token is wanted as Authorization: Bearer, or the one that was sent is nobody's"},
	{"forbidden", "this is not for this caller"},
	{"bad_login", "driver and secret do not go together"},
	{"wrong_host", "a core without a staff token serves only its own machine: 127.0.0.1, ::1 or localhost"},
	{"cross_origin", "another site's page tried to change something"},
	{"too_many_requests", "wait for Retry-After seconds"},
	{"timeout", "it took too long; try again"},
	{"closing", "this process is ending; try again"},
	{"unavailable", "the database or the hub cannot be reached at the moment; try again"},
	{"internal", "it is in the log"},
}
