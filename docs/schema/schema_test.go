package schema_test

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"awesome.pizza/docs/schema"
)

type leaf struct {
	Name string `json:"name"`
}

type tree struct {
	leaf
	At     time.Time       `json:"at"`
	Kids   []tree          `json:"kids,omitempty"`
	By     map[string]bool `json:"by"`
	Sum    []byte          `json:"sum"`
	Any    json.RawMessage `json:"any,omitempty"`
	Weight *float64        `json:"weight,omitempty"`
	hidden int
}

func TestASchemaSaysWhatJSONWouldBe(t *testing.T) {
	t.Parallel()
	all := schema.All{}
	if ref := all.Of(reflect.TypeOf(tree{hidden: 1})); ref["$ref"] != "#/components/schemas/schema_test.tree" {
		t.Errorf("%v", ref)
	}
	got, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"schema_test.tree":{"properties":{"any":{},"at":{"format":"date-time","type":"string"},` +
		`"by":{"additionalProperties":{"type":"boolean"},"type":"object"},` +
		`"kids":{"items":{"$ref":"#/components/schemas/schema_test.tree"},"type":["array","null"]},"name":{"type":"string"},` +
		`"sum":{"contentEncoding":"base64","type":"string"},"weight":{"type":"number"}},"required":["at","by","name","sum"],"type":"object"}}`
	if string(got) != want {
		t.Errorf("%s", got)
	}
}
