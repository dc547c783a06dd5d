package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"regexp"
	"strings"
	"unicode/utf8"
)

// MaxBody bounds what a request can carry, in bytes: a whole batch of a node's events, and the signature around it.
const MaxBody = 320 << 10

// drain is how much of a body that is too large is read all the same: a client that is still writing hears the answer only if nobody hangs
// up on it.
const drain = 4 << 20

// maxDepth is deeper than any request; it bounds what a hostile one can make us do.
const maxDepth = 32

// readsBody reads a request's body and refuses what is no strict JSON, before it is held against its schema: media type, size, encoding,
// syntax, and names that one reader would take for another.
func (a *API) readsBody(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet || r.Method == http.MethodHead {
			next.ServeHTTP(w, r)
			return
		}
		body, err := readBody(w, r)
		if err != nil {
			writeProblem(w, a.judge(r.Context(), r.Method+" "+r.URL.Path, err))
			return
		}
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), rawKey{}, body)))
	})
}

type rawKey struct{}

// rawBody is a request's body as it came, for what was signed byte by byte.
func rawBody(ctx context.Context) []byte {
	raw, _ := ctx.Value(rawKey{}).([]byte)
	return raw
}

func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, MaxBody+1))
	switch {
	case len(body) > MaxBody:
		_, _ = io.CopyN(io.Discard, http.MaxBytesReader(w, r.Body, drain), drain)
		return nil, refuse(http.StatusRequestEntityTooLarge, "too_large", "the body is larger than %d bytes", MaxBody)
	case err != nil:
		return nil, refuse(http.StatusBadRequest, "incomplete", "the body ended early")
	case len(body) == 0:
		return nil, nil
	}
	if err := mediaType(r); err != nil {
		return nil, err
	}
	if !utf8.Valid(body) {
		return nil, refuse(http.StatusBadRequest, "not_utf8", "the body is not valid UTF-8")
	}
	return body, strict(body)
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

// strict refuses JSON that readers disagree about: names that come twice or differ only in case (encoding/json takes Quantity for quantity),
// zero characters, something behind the value.
func strict(body []byte) error {
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	if err := strictValue(dec, "", 0); err != nil {
		return err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return refuse(http.StatusBadRequest, "malformed", "something follows the JSON value at byte %d", dec.InputOffset())
	}
	return nil
}

func strictValue(dec *json.Decoder, path string, depth int) error {
	if depth > maxDepth {
		return refuse(http.StatusBadRequest, "malformed", "the body is nested deeper than %d", maxDepth)
	}
	token, err := dec.Token()
	if err != nil {
		return malformed(dec, err)
	}
	switch got := token.(type) {
	case json.Delim:
		if got == '{' {
			return strictObject(dec, path, depth)
		}
		return strictList(dec, path, depth)
	case string:
		if strings.ContainsRune(got, 0) {
			return refuse(http.StatusUnprocessableEntity, "bad_text", "the text contains a zero character").at(path)
		}
	}
	return nil
}

func strictObject(dec *json.Decoder, path string, depth int) error {
	seen := map[string]bool{}
	for dec.More() {
		token, err := dec.Token()
		if err != nil {
			return malformed(dec, err)
		}
		name, _ := token.(string)
		at := strings.TrimPrefix(path+"."+name, ".")
		if !fieldName(name) && !salvaged.MatchString(path) {
			return refuse(http.StatusUnprocessableEntity, "unknown_field", unknownField).at(at)
		}
		if seen[name] {
			return refuse(http.StatusUnprocessableEntity, "repeated_field", "the field is there twice").at(at)
		}
		seen[name] = true
		if err := strictValue(dec, at, depth+1); err != nil {
			return err
		}
	}
	return closing(dec)
}

func strictList(dec *json.Decoder, path string, depth int) error {
	for i := 0; dec.More(); i++ {
		if err := strictValue(dec, fmt.Sprintf("%s[%d]", path, i), depth+1); err != nil {
			return err
		}
	}
	return closing(dec)
}

func closing(dec *json.Decoder) error {
	if _, err := dec.Token(); err != nil {
		return malformed(dec, err)
	}
	return nil
}

// salvaged is where a request carries facts of a node as they are, which may be of a version to come.
var salvaged = regexp.MustCompile(`^events\[\d+\]\.body`)

// fieldName: all fields of all requests are written in snake_case.
func fieldName(name string) bool {
	for _, c := range []byte(name) {
		if !('a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '_') {
			return false
		}
	}
	return name != ""
}

func malformed(dec *json.Decoder, err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return refuse(http.StatusBadRequest, "malformed", "the JSON ends early, at byte %d", dec.InputOffset())
	}
	return refuse(http.StatusBadRequest, "malformed", "the body is not valid JSON: %v, at byte %d", err, dec.InputOffset())
}
