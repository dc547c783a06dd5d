package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"strings"
	"time"
	"unicode/utf8"

	"awesome.pizza/shared/clock"
	"awesome.pizza/shared/problem"
)

// MaxPayload is the longest payload in bytes that is read at all.
const MaxPayload = 16 << 10

// Payload is what stands in a message. Validate says what is wrong with it as seen at now: an Invalid problem with one sentence
// that says what is allowed, and the fact "field" where one field is to blame.
type Payload interface {
	Validate(now time.Time) error
}

// Instant is a point in time that is written as RFC 3339 in UTC with milliseconds, and read from any RFC 3339.
type Instant struct{ time.Time }

// At is t as an Instant, cut to the milliseconds that travel.
func At(t time.Time) Instant { return Instant{t.UTC().Truncate(time.Millisecond)} }

// MarshalJSON writes the instant as clock.Instant.
func (i Instant) MarshalJSON() ([]byte, error) { return json.Marshal(clock.Format(i.Time)) }

// UnmarshalJSON reads RFC 3339 with any offset.
func (i *Instant) UnmarshalJSON(b []byte) error {
	var t time.Time
	if err := json.Unmarshal(b, &t); err != nil {
		return problem.New(problem.Invalid, "bad_time", "times are strings like 2026-07-03T19:30:00.000Z")
	}
	*i = At(t)
	return nil
}

// Decode reads one payload strictly: at most MaxPayload bytes of valid UTF-8, exactly one JSON object, every field without
// omitempty or omitzero present and not null (a list may be null: it is empty), types right, values possible as seen at now. Unknown fields are ignored, because
// firmware may be newer than we are. What is refused is an Invalid problem.
func Decode[T Payload](payload []byte, now time.Time) (T, error) {
	var t, none T
	if err := readable(payload); err != nil {
		return none, err
	}
	if err := parse(payload, &t); err != nil {
		return none, err
	}
	var raw any
	if err := parse(payload, &raw); err != nil {
		return none, err
	}
	if field := missing(reflect.TypeFor[T](), raw, ""); field != "" {
		return none, refuse("missing_field", field, "%s must be given", field)
	}
	if err := t.Validate(now); err != nil {
		return none, err
	}
	return t, nil
}

// Encode writes a payload.
func Encode(p Payload) ([]byte, error) { return json.Marshal(p) }

func readable(payload []byte) error {
	switch {
	case len(payload) > MaxPayload:
		return problem.New(problem.Invalid, "too_big", "the payload has %d bytes; %d are allowed", len(payload), MaxPayload)
	case !utf8.Valid(payload):
		return problem.New(problem.Invalid, "not_utf8", "the payload must be UTF-8")
	case !bytes.HasPrefix(bytes.TrimLeft(payload, " \t\r\n"), []byte("{")):
		return problem.New(problem.Invalid, "not_json", "the payload must be one JSON object")
	}
	return nil
}

func parse(payload []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(payload))
	d.UseNumber()
	if err := d.Decode(into); err != nil {
		return explain(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return problem.New(problem.Invalid, "not_json", "the payload must be one JSON object and nothing after it")
	}
	return nil
}

func explain(err error) error {
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		return refuse("wrong_type", wrong.Field, "%s must be %s, not %s", wrong.Field, wanted(wrong.Type), clip(wrong.Value))
	}
	if p := problem.Of(err); p != nil {
		return p
	}
	return problem.New(problem.Invalid, "not_json", "the payload is not valid JSON: %s", clip(err.Error()))
}

func wanted(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Float64:
		return "a number"
	case reflect.Int, reflect.Int64:
		return "a whole number"
	case reflect.Bool:
		return "true or false"
	case reflect.Slice:
		return "a list"
	case reflect.Struct, reflect.Map:
		return "an object"
	default:
		return "a string"
	}
}

// missing is the path of the first field of t that must be there and is not, or empty. Names are compared exactly.
func missing(t reflect.Type, raw any, path string) string {
	switch t.Kind() {
	case reflect.Pointer:
		return missing(t.Elem(), raw, path)
	case reflect.Slice:
		list, _ := raw.([]any)
		for _, element := range list {
			if field := missing(t.Elem(), element, path); field != "" {
				return field
			}
		}
	case reflect.Struct:
		if object, ok := raw.(map[string]any); ok {
			return missingIn(t, object, path)
		}
	}
	return ""
}

func missingIn(t reflect.Type, object map[string]any, path string) string {
	for f := range t.Fields() {
		name, options, tagged := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous && name == "" { // its fields stand in this object
			if field := missing(f.Type, object, path); field != "" {
				return field
			}
			continue
		}
		value, present := object[name]
		if present && value == nil && f.Type.Kind() == reflect.Slice {
			continue // null is how a list without entries is often written
		}
		if value == nil && tagged && strings.HasPrefix(options, "omit") {
			continue
		}
		if value == nil {
			return path + name
		}
		if field := missing(f.Type, value, path+name+"."); field != "" {
			return field
		}
	}
	return ""
}
