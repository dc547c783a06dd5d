package problem_test

import (
	"errors"
	"fmt"
	"testing"

	"awesome.pizza/shared/problem"
)

func TestAProblemIsFoundUnderItsWrapping(t *testing.T) {
	t.Parallel()
	err := fmt.Errorf("place order: %w", problem.New(problem.Conflict, "sold_out", "no %s left", "dough").With("product", "margherita"))
	p := problem.Of(err)
	if p == nil || p.Code != "sold_out" || p.Facts["product"] != "margherita" || !problem.Is(err, problem.Conflict) {
		t.Errorf("lost on the way up: %+v", p)
	}
	if problem.Of(errors.New("disk on fire")) != nil || problem.Is(nil, problem.Invalid) {
		t.Error("an ordinary error passes for a problem")
	}
}
