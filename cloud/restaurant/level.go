package restaurant

import (
	"time"

	"awesome.pizza/shared/event"
)

// Level is how an ingredient stood in a restaurant when its node said so.
type Level struct {
	event.StockLevel
	AsOf time.Time // by the restaurant's clock
}
