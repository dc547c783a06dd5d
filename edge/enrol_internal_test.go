package edge

import "testing"

func TestAChainWithoutTLSIsWarnedOf(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		cloud, code string
		warned      bool
	}{
		{"http://pizza.example", "CODE", true},
		{"http://pizza.example", "CODE.5f1c09d2e8a7b364", false}, // it is refused instead
		{"https://pizza.example", "CODE", false},
		{"http://127.0.0.1:5000", "CODE", false},
	} {
		if got := overheard(c.cloud, c.code); (got != "") != c.warned {
			t.Errorf("%s at %s: %q", c.code, c.cloud, got)
		}
	}
}
