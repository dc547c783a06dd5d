package printer

import (
	"cmp"
	"strings"

	"awesome.pizza/shared/order"
)

// tongue is a language on paper.
type tongue struct {
	number      string // of a receipt
	copyOf      string
	doubtful    string
	voided      string
	void        string
	backup      string // …, with the printer's name behind it
	fulfilment  map[order.Fulfilment]string
	channel     map[order.Channel]string
	due         string
	wanted      string
	placed      string
	no          string
	amount      map[order.Amount]string
	left, right string
	half        string
	note        string
	allergens   string
	allergy     string // who eats it must not get …
	isInIt      string // … and the line has it all the same
	crust       string
	sauce       string
	cut         string
	of          string // n of m
	baked       string
	remake      string
	items, tax  string
	fee, total  string
	method      map[string]string
	tendered    string
	change      string
	changed     string
	discount    string
	refunded    string
	stillDue    string
	test        string
	testSays    string
	decimal     string
	allergen    map[string]string
}

var tongues = map[string]tongue{"en": english(), "it": italian()}

func english() tongue {
	return tongue{
		number: "Receipt", copyOf: "COPY", doubtful: "POSSIBLE DUPLICATE", voided: "VOIDED - DO NOT MAKE", void: "VOIDED", backup: "printed at backup for",
		fulfilment: map[order.Fulfilment]string{
			order.ByDelivery: "DELIVERY", order.Carryout: "CARRYOUT", order.DineIn: "DINE IN", order.Curbside: "CURBSIDE",
		},
		channel: map[order.Channel]string{
			order.Web: "web", order.Phone: "phone", order.Counter: "counter", order.Kiosk: "kiosk", order.Partner: "partner",
		},
		due: "due", wanted: "wanted at", placed: "placed", no: "NO",
		amount: map[order.Amount]string{order.Light: "LIGHT", order.Extra: "EXTRA", order.Double: "DOUBLE"},
		left:   "left half", right: "right half", half: "half", note: "NOTE", allergens: "ALLERGENS", allergy: "ALLERGY", isInIt: "IS IN IT, ASK",
		crust: "CRUST", sauce: "SAUCE", cut: "CUT", of: "of", baked: "baked", remake: "REMAKE",
		items: "Items", tax: "Tax", fee: "Delivery", total: "TOTAL",
		method:   map[string]string{"cash": "Cash", "card": "Card", "card_at_door": "Card at the door"},
		tendered: "Given", change: "Change", changed: "CHANGED", discount: "Discount", refunded: "Given back", stillDue: "Still to pay", test: "TEST PAGE", testSays: "If you can read this, the printer works.", decimal: ".",
	}
}

func italian() tongue {
	return tongue{
		number: "Ricevuta", copyOf: "COPIA", doubtful: "POSSIBILE DOPPIONE", voided: "ANNULLATO - NON PREPARARE", void: "ANNULLATO", backup: "stampato di riserva per",
		fulfilment: map[order.Fulfilment]string{
			order.ByDelivery: "CONSEGNA", order.Carryout: "ASPORTO", order.DineIn: "AL TAVOLO", order.Curbside: "RITIRO IN AUTO",
		},
		channel: map[order.Channel]string{
			order.Web: "web", order.Phone: "telefono", order.Counter: "banco", order.Kiosk: "chiosco", order.Partner: "partner",
		},
		due: "entro", wanted: "richiesto per le", placed: "ricevuto", no: "SENZA",
		amount: map[order.Amount]string{order.Light: "POCO", order.Extra: "ABBONDANTE", order.Double: "DOPPIO"},
		left:   "metà sinistra", right: "metà destra", half: "metà", note: "NOTA", allergens: "ALLERGENI", allergy: "ALLERGIA", isInIt: "C'È, CHIEDERE",
		crust: "BASE", sauce: "SALSA", cut: "TAGLIO", of: "di", baked: "sfornata", remake: "RIFARE",
		items: "Articoli", tax: "IVA", fee: "Consegna", total: "TOTALE",
		method:   map[string]string{"cash": "Contanti", "card": "Carta", "card_at_door": "Carta alla consegna"},
		tendered: "Dato", change: "Resto", changed: "MODIFICATO", discount: "Sconto", refunded: "Rimborsato", stillDue: "Ancora da pagare", test: "PAGINA DI PROVA", testSays: "Se si legge, la stampante funziona.", decimal: ",",
		allergen: map[string]string{
			"gluten": "glutine", "crustaceans": "crostacei", "eggs": "uova", "fish": "pesce", "peanuts": "arachidi", "soybeans": "soia", "milk": "latte",
			"nuts": "frutta a guscio", "celery": "sedano", "mustard": "senape", "sesame": "sesamo", "sulphites": "solfiti", "lupin": "lupini",
			"molluscs": "molluschi",
		},
	}
}

func (t tongue) allergenList(ids []string) string { return t.allergens + ": " + t.named(ids) }

func (t tongue) named(allergens []string) string {
	names := make([]string, len(allergens))
	for n, id := range allergens {
		names[n] = cmp.Or(t.allergen[id], id)
	}
	return strings.Join(names, ", ")
}
