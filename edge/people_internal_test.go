package edge

import (
	"testing"

	"awesome.pizza/edge/staff"
)

func TestPINsAreNeededAsSoonAsAShiftManagerHasOne(t *testing.T) {
	t.Parallel()
	cook, manager, without := Cook{ID: "ada", PIN: "1111"}, Cook{ID: "carla", Role: staff.Manager, PIN: "3333"}, Cook{ID: "dan", Role: staff.Manager}
	for _, c := range []struct {
		pins  string
		cooks []Cook
		want  bool
	}{
		{pinsAuto, nil, false},
		{pinsAuto, []Cook{cook, without}, false},
		{pinsAuto, []Cook{cook, manager}, true},
		{pinsOptional, []Cook{cook, manager}, false},
		{pinsRequired, []Cook{cook}, true},
	} {
		if got := (House{Cooks: c.cooks}).needsPINs(c.pins); got != c.want {
			t.Errorf("%s with %v: %v", c.pins, c.cooks, got)
		}
	}
}
