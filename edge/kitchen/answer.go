package kitchen

import (
	"encoding/json"
	"fmt"

	"awesome.pizza/shared/order"
)

// sign writes the answer: the ticket as this draft leaves it. Its order is not written again, unless its lines were changed: they may be once
// more.
func (d *draft) sign() error {
	if d.answer == nil {
		return nil
	}
	t, ok := d.ticket(d.answer.Order)
	if t.Order.Changes == 0 {
		t.Order = order.Order{}
	}
	if ok {
		body, err := json.Marshal(t)
		if err != nil {
			return fmt.Errorf("write the answer to %s: %w", d.answer.ID, err)
		}
		d.answer.Body = body
	}
	d.commit.Answer = d.answer
	return nil
}
