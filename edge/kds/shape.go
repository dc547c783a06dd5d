package kds

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"time"

	"awesome.pizza/shared/problem"
)

// maxDepth is deeper than any request; it bounds what a hostile one can make us do.
const maxDepth = 32

// shape holds JSON text against the type it is meant for, before it is decoded. Unlike encoding/json it names the whole path of what
// is wrong, takes field names exactly as they are written, and refuses a field that comes twice: what one reader takes for the first and
// another for the last is how checks are walked around.
func shape(body []byte, v any) error {
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	c := checker{dec}
	if err := c.value(reflect.TypeOf(v).Elem(), "", 0); err != nil {
		return err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return refuse(http.StatusBadRequest, "malformed_json", "something follows the JSON value")
	}
	return nil
}

type checker struct{ *json.Decoder }

var instant = reflect.TypeFor[time.Time]()

func (c checker) value(t reflect.Type, path string, depth int) error {
	if depth > maxDepth {
		return refuse(http.StatusBadRequest, "malformed_json", "the body is nested deeper than %d", maxDepth)
	}
	token, err := c.Token()
	if err != nil {
		return malformedAt(err, c.InputOffset())
	}
	if t.Kind() == reflect.Pointer {
		if token == nil {
			return nil
		}
		t = t.Elem()
	}
	switch got := token.(type) {
	case json.Delim:
		return c.nested(got, t, path, depth)
	case string:
		return text(got, t, path)
	case json.Number:
		return number(got, t, path)
	case bool:
		if t.Kind() != reflect.Bool {
			return wrongType(path, t, "true or false")
		}
	case nil:
		return wrongType(path, t, "null")
	}
	return nil
}

func (c checker) nested(open json.Delim, t reflect.Type, path string, depth int) error {
	switch {
	case open == '{' && t.Kind() == reflect.Struct && t != instant:
		return c.object(t, path, depth)
	case open == '[' && t.Kind() == reflect.Slice:
		for i := 0; c.More(); i++ {
			if err := c.value(t.Elem(), fmt.Sprintf("%s[%d]", path, i), depth+1); err != nil {
				return err
			}
		}
		return c.close()
	case open == '{':
		return wrongType(path, t, "an object")
	}
	return wrongType(path, t, "a list")
}

func (c checker) object(t reflect.Type, path string, depth int) error {
	fields, seen := fieldsOf(t), map[string]bool{}
	for c.More() {
		token, err := c.Token()
		if err != nil {
			return malformedAt(err, c.InputOffset())
		}
		name, _ := token.(string)
		at := strings.TrimPrefix(path+"."+name, ".")
		if seen[name] {
			return problem.New(problem.Invalid, "repeated_field", "%s is there twice", at).With("path", at)
		}
		seen[name] = true
		field, known := fields[name]
		if !known {
			return problem.New(problem.Invalid, "unknown_field", "%s is not a field of this request", at).With("path", at)
		}
		if err := c.value(field, at, depth+1); err != nil {
			return err
		}
	}
	return c.close()
}

func (c checker) close() error {
	if _, err := c.Token(); err != nil {
		return malformedAt(err, c.InputOffset())
	}
	return nil
}

// fieldsOf are the names by which a request may call the fields of t.
func fieldsOf(t reflect.Type) map[string]reflect.Type {
	fields := map[string]reflect.Type{}
	for _, f := range reflect.VisibleFields(t) {
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" && name != "-" {
			fields[name] = f.Type
		}
	}
	return fields
}

func text(got string, t reflect.Type, path string) error {
	if t == instant {
		if _, err := time.Parse(time.RFC3339, got); err != nil {
			return wrongType(path, t, strconv.Quote(clip(got)))
		}
		return nil
	}
	if t.Kind() != reflect.String {
		return wrongType(path, t, "a text")
	}
	if strings.ContainsRune(got, 0) {
		return problem.New(problem.Invalid, "bad_text", "%s contains a zero character", path).With("path", path)
	}
	return nil
}

func number(got json.Number, t reflect.Type, path string) error {
	switch t.Kind() {
	case reflect.Int, reflect.Int64:
		if _, err := got.Int64(); err != nil {
			return wrongType(path, t, "the number "+clip(got.String()))
		}
	case reflect.Float64:
		if f, err := got.Float64(); err != nil || math.IsInf(f, 0) {
			return wrongType(path, t, "the number "+clip(got.String()))
		}
	default:
		return wrongType(path, t, "a number")
	}
	return nil
}

// wants are the words for what a field must be.
var wants = map[reflect.Kind]string{
	reflect.String: "a text", reflect.Bool: "true or false", reflect.Int: "a whole number", reflect.Int64: "a whole number",
	reflect.Float64: "a number", reflect.Slice: "a list", reflect.Struct: "an object",
}

func wrongType(path string, t reflect.Type, got string) error {
	want := wants[t.Kind()]
	if t == instant {
		want = "an RFC 3339 instant"
	}
	if path == "" {
		path = "the body"
	}
	return problem.New(problem.Invalid, "wrong_type", "%s must be %s, not %s", path, want, got).With("path", path)
}

func malformedAt(err error, offset int64) error {
	return refuse(http.StatusBadRequest, "malformed_json", "the body is not valid JSON at byte %d: %v", offset, err)
}

func clip(s string) string {
	if len(s) > 40 {
		return s[:40] + "…"
	}
	return s
}
