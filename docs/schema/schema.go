// Package schema writes JSON schemas of Go types, for the documents that tests hold against the code. It knows what encoding/json does with a type, and
// nothing of what the numbers mean.
package schema

import (
	"encoding"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"time"
)

// Object is a JSON object.
type Object = map[string]any

// All are the schemas of structs by the name of their type, each written once.
type All map[string]any

var (
	marshals = reflect.TypeFor[json.Marshaler]()
	texts    = reflect.TypeFor[encoding.TextMarshaler]()
	raw      = reflect.TypeFor[json.RawMessage]()
)

// Of is the schema of a type: for a struct, a reference to its own.
func (all All) Of(t reflect.Type) Object {
	switch {
	case t.Kind() == reflect.Pointer:
		return all.Of(t.Elem())
	case isTime(t):
		return Object{"type": "string", "format": "date-time"}
	case t == raw, t.Kind() == reflect.Interface:
		return Object{}
	case t.Implements(texts):
		return Object{"type": "string"}
	case t.Implements(marshals):
		return Object{}
	}
	switch t.Kind() {
	case reflect.String:
		return Object{"type": "string"}
	case reflect.Bool:
		return Object{"type": "boolean"}
	case reflect.Float32, reflect.Float64:
		return Object{"type": "number"}
	case reflect.Map:
		return Object{"type": "object", "additionalProperties": all.Of(t.Elem())}
	case reflect.Slice, reflect.Array:
		if t.Elem().Kind() == reflect.Uint8 {
			return Object{"type": "string", "contentEncoding": "base64"}
		}
		return Object{"type": []string{"array", "null"}, "items": all.Of(t.Elem())}
	case reflect.Struct:
		return all.ref(t)
	default:
		return Object{"type": "integer"}
	}
}

func (all All) ref(t reflect.Type) Object {
	name := t.String()
	if _, known := all[name]; !known {
		all[name] = nil // it may contain itself
		properties, required := Object{}, []string{}
		all.fields(t, properties, &required)
		slices.Sort(required)
		all[name] = Object{"type": "object", "properties": properties, "required": required}
	}
	return Object{"$ref": "#/components/schemas/" + name}
}

func (all All) fields(t reflect.Type, properties Object, required *[]string) {
	for f := range t.Fields() {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous && name == "" && f.Type.Kind() == reflect.Struct:
			all.fields(f.Type, properties, required)
			continue
		case name == "-" || !f.IsExported():
			continue
		case name == "":
			name = f.Name
		}
		properties[name] = all.Of(f.Type)
		if !strings.Contains(options, "omit") {
			*required = append(*required, name)
		}
	}
}

var instant = reflect.TypeFor[time.Time]()

// isTime: a time, a type made of it, or a struct that is nothing but one.
func isTime(t reflect.Type) bool {
	return t.Kind() == reflect.Struct && (t.ConvertibleTo(instant) || t.NumField() == 1 && t.Field(0).Anonymous && t.Field(0).Type == instant)
}
