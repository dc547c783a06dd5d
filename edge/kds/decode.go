package kds

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"
	"unicode/utf8"

	"awesome.pizza/shared/problem"
)

// MaxBody bounds what a screen can send at once.
const MaxBody = 256 << 10

// drain is how much of a body that is too large is read all the same: a screen that is still writing hears the answer only if nobody hangs
// up on it.
const drain = 4 << 20

// read takes a request's JSON body into v, strictly: media type, size, encoding, syntax, then every field's name and type.
func read(w http.ResponseWriter, r *http.Request, v any) error {
	if err := mediaType(r); err != nil {
		return err
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, MaxBody+1))
	switch {
	case len(body) > MaxBody:
		_, _ = io.CopyN(io.Discard, http.MaxBytesReader(w, r.Body, drain), drain)
		return refuse(http.StatusRequestEntityTooLarge, "too_large", "the body is larger than %d bytes", MaxBody)
	case err != nil:
		return refuse(http.StatusBadRequest, "incomplete", "the body ended early")
	case !utf8.Valid(body):
		return refuse(http.StatusBadRequest, "not_utf8", "the body is not valid UTF-8")
	}
	return decode(body, v)
}

func mediaType(r *http.Request) error {
	given := r.Header.Get("Content-Type")
	media, params, err := mime.ParseMediaType(given)
	charset := strings.ToLower(params["charset"])
	if err != nil || media != "application/json" || charset != "" && charset != "utf-8" {
		return refuse(http.StatusUnsupportedMediaType, "unsupported_media_type",
			"the body must be application/json in UTF-8, and this one says %q", given)
	}
	if enc := r.Header.Get("Content-Encoding"); enc != "" && enc != "identity" {
		return refuse(http.StatusUnsupportedMediaType, "unsupported_media_type", "the body must come without Content-Encoding")
	}
	return nil
}

// decode reads JSON text into v, a pointer to a struct.
func decode(body []byte, v any) error {
	if err := shape(body, v); err != nil {
		return err
	}
	if err := json.Unmarshal(body, v); err != nil {
		return malformed(err)
	}
	return nil
}

func malformed(err error) error {
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		return problem.New(problem.Invalid, "wrong_type", "%s cannot be a JSON %s", wrong.Field, wrong.Value).With("path", wrong.Field)
	}
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return refuse(http.StatusBadRequest, "malformed_json", "the body is not valid JSON: %v (byte %d)", err, syntax.Offset)
	}
	return refuse(http.StatusBadRequest, "malformed_json", "the body is not valid JSON: %v", err)
}

// readIfAny is read for a command that may come without arguments, and then without a body.
func readIfAny(w http.ResponseWriter, r *http.Request, v any) error {
	if emptyBody(r) {
		return nil
	}
	return read(w, r, v)
}

// emptyBody lets a command without arguments come without a body; one that is there is read.
func emptyBody(r *http.Request) bool {
	if r.ContentLength == 0 {
		return true
	}
	if r.ContentLength > 0 {
		return false
	}
	var first [1]byte
	n, err := io.ReadFull(r.Body, first[:])
	if n == 0 && errors.Is(err, io.EOF) {
		return true
	}
	r.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(first[:n]), r.Body), r.Body}
	return false
}
