// Package event holds the facts that cross the link, and the wishes that answer them. Facts go up, from a restaurant's node to the cloud; wishes
// (commands) come down. A kind keeps its name and meaning for ever: what changes gets a new version, and both are read. How
// events travel and are kept in order is not in here: shared/link.
package event

import (
	"encoding/json"
	"errors"
	"fmt"

	"awesome.pizza/shared/escrow"
)

// ErrUnknown says that this program knows no such kind: the other side is newer. The event is kept as it is and reported.
var ErrUnknown = errors.New("unknown kind of event")

// Body is what one kind of event says. Bodies are small structs; Kind is "<noun>.<verb>.v<n>".
type Body interface{ Kind() string }

// Encode writes a body as JSON.
func Encode(b Body) (json.RawMessage, error) {
	raw, err := json.Marshal(b)
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", b.Kind(), err)
	}
	return raw, nil
}

// Decode reads the body of a kind. It reports ErrUnknown for a kind it does not know; unknown fields are ignored, for a newer
// version of the other side may have added them.
func Decode(kind string, raw json.RawMessage) (Body, error) {
	read, ok := readers()[kind]
	if !ok {
		return nil, fmt.Errorf("%w %q", ErrUnknown, kind)
	}
	b, err := read(raw)
	if err != nil {
		return nil, fmt.Errorf("decode %s: %w", kind, err)
	}
	return b, nil
}

// readers are all kinds there are; the golden files are held against this list.
func readers() map[string]func(json.RawMessage) (Body, error) {
	return map[string]func(json.RawMessage) (Body, error){
		OrderTaken{}.Kind():      read[OrderTaken],
		OrderStepped{}.Kind():    read[OrderStepped],
		OrderChanged{}.Kind():    read[OrderChanged],
		ForecastChanged{}.Kind(): read[ForecastChanged],
		CommandAnswered{}.Kind(): read[CommandAnswered],
		AlertRaised{}.Kind():     read[AlertRaised],
		AlertCleared{}.Kind():    read[AlertCleared],
		OrderStanding{}.Kind():   read[OrderStanding],
		DeliveryCarried{}.Kind(): read[DeliveryCarried],
		IntakePaused{}.Kind():    read[IntakePaused],
		IntakeResumed{}.Kind():   read[IntakeResumed],

		ProductSoldOut{}.Kind(): read[ProductSoldOut],
		ProductBack{}.Kind():    read[ProductBack],
		StockStanding{}.Kind():  read[StockStanding],

		escrow.Lent{}.Kind():     read[escrow.Lent],
		escrow.Recalled{}.Kind(): read[escrow.Recalled],
		escrow.Returned{}.Kind(): read[escrow.Returned],

		OrderOffered{}.Kind():    read[OrderOffered],
		OrderRecovered{}.Kind():  read[OrderRecovered],
		OrderRevoked{}.Kind():    read[OrderRevoked],
		StatusWished{}.Kind():    read[StatusWished],
		DeliveryStepped{}.Kind(): read[DeliveryStepped],
		BagOpened{}.Kind():       read[BagOpened],
		BagClosed{}.Kind():       read[BagClosed],
		StockWished{}.Kind():     read[StockWished],
	}
}

func read[B Body](raw json.RawMessage) (Body, error) {
	var b B
	if err := json.Unmarshal(raw, &b); err != nil {
		return nil, err
	}
	return b, nil
}
