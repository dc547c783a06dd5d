package kds_test

import (
	"encoding/json"
	"fmt"
	"net/http"

	"awesome.pizza/edge/staff"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/wire"
)

// guarded is something on the LAN that not everybody may do: on which line, what it is in staff's table, and how it is asked for once n is prepared.
type guarded struct {
	line, what string
	action     staff.Action
	ask        func(n *levels) asked
}

type asked struct {
	path, body string // body: a JSON object
	match      string // If-Match
}

const why = `"reason":"so it is"`

// to asks for something that needs nothing prepared.
func to(path, body string) func(*levels) asked {
	return func(*levels) asked { return asked{path: path, body: body} }
}

// toTicket asks for a tap on a ticket.
func toTicket(tap string, of func(*levels) string) func(*levels) asked {
	return func(n *levels) asked {
		return asked{path: "/api/tickets/" + of(n) + "/" + tap, body: fmt.Sprintf(`{"tap":%q,%s}`, id.New(), why)}
	}
}

// toOrder asks for something about an order.
func toOrder(what, body string, of func(*levels) string) func(*levels) asked {
	return func(n *levels) asked { return asked{path: "/api/orders/" + of(n) + "/" + what, body: body} }
}

// toTill asks for something while the till is open, or while it is not.
func toTill(open bool, path, body string) func(*levels) asked {
	return func(n *levels) asked {
		n.opened(open)
		return asked{path: path, body: body}
	}
}

// guards are all that has a level.
func guards() []guarded {
	order := func(n *levels) string { return n.place() }
	entry := func(kind string) func(*levels) asked {
		return toTill(true, "/api/till/entries", `{"kind":"`+kind+`","amount":100,`+why+`}`)
	}
	goods := `{"ingredient":"mushrooms","quantity":100}`
	return []guarded{
		{"POST /api/tickets/{id}/void", "", staff.Void, toTicket("void", order)},
		{"POST /api/tickets/{id}/rush", "", staff.Rush, toTicket("rush", order)},
		{"POST /api/tickets/{id}/calm", "", staff.Rush, toTicket("calm", func(n *levels) string {
			o := n.place()
			n.did(http.MethodPost, "/api/tickets/"+o+"/rush", fmt.Sprintf(`{"tap":%q,%s}`, id.New(), why))
			return o
		})},
		{"POST /api/tickets/{id}/remake", "of what is done", staff.RemakeFinished, toTicket("remake", (*levels).ready)},
		{"POST /api/tickets/{id}/recall", "of what was handed over", staff.TakeBack, toTicket("recall", func(n *levels) string {
			o := n.ready()
			n.did(http.MethodPost, "/api/tickets/"+o+"/hand-over", fmt.Sprintf(`{"tap":%q,%s}`, id.New(), why))
			return o
		})},
		{"POST /api/tickets/{id}/hand-over", "of what is not paid", staff.GiveUnpaid, toTicket("hand-over", func(n *levels) string {
			n.opened(true)
			return n.ready()
		})},
		{"POST /api/tickets/{id}/print", "a receipt", staff.Reprint, func(n *levels) asked {
			return asked{path: "/api/tickets/" + n.place() + "/print", body: fmt.Sprintf(`{"tap":%q,"what":"receipt"}`, id.New())}
		}},
		{"POST /api/orders", "paid at once", staff.TakePayment, func(n *levels) asked {
			n.opened(true)
			b := basket("cola", "")
			b["payment"] = object{"method": "cash", "tendered": 5000}
			raw, err := json.Marshal(b)
			if err != nil {
				n.t.Fatal(err)
			}
			return asked{path: "/api/orders", body: string(raw)}
		}},
		{"POST /api/orders/{id}/change", "", staff.Change, func(n *levels) asked {
			o := n.place()
			return asked{
				path: "/api/orders/" + o + "/change", match: n.get("/api/orders/" + o).header.Get("ETag"),
				body: fmt.Sprintf(`{"tap":%q,"add":[{"product":"cola","quantity":1}]}`, id.New()),
			}
		}},
		{"POST /api/orders/{id}/pay", "", staff.TakePayment, func(n *levels) asked {
			n.opened(true)
			return asked{path: "/api/orders/" + n.place() + "/pay", body: `{"method":"cash"}`}
		}},
		{"POST /api/orders/{id}/refund", "", staff.Refund, toOrder("refund", "{"+why+"}", (*levels).paid)},
		{"POST /api/orders/{id}/discount", "", staff.Discount, func(n *levels) asked {
			n.opened(true)
			return asked{path: "/api/orders/" + n.place() + "/discount", body: `{"amount":100,` + why + `}`}
		}},
		{"POST /api/orders/{id}/carry", "", staff.OwnDriver, toOrder("carry", `{"driver":"Max"}`, (*levels).delivery)},
		{"POST /api/orders/{id}/returned", "", staff.OwnDriver, toOrder("returned", `{"outcome":"failed",`+why+`}`, func(n *levels) string {
			o := n.delivery()
			n.did(http.MethodPost, "/api/orders/"+o+"/carry", `{"driver":"Max"}`)
			return o
		})},
		{"GET /api/dispatch", "", staff.SeeDispatch, to("/api/dispatch", "")},
		{"GET /api/dispatch/what-if", "", staff.SeeDispatch, to("/api/dispatch/what-if", "")},
		{"POST /api/dispatch/orders/{id}/assign", "", staff.AssignDriver, to("/api/dispatch/orders/o1/assign", `{"driver_id":"d1"}`)},
		{"POST /api/dispatch/orders/{id}/unassign", "", staff.AssignDriver, to("/api/dispatch/orders/o1/unassign", `{"driver_id":"d1"}`)},
		{"POST /api/till/open", "", staff.DayOpen, toTill(false, "/api/till/open", `{"float":10000}`)},
		{"POST /api/till/close", "", staff.DayClose, toTill(true, "/api/till/close", `{"counted":0,"anyway":true}`)},
		{"POST /api/till/entries", "to the safe", staff.Drop, entry("drop")},
		{"POST /api/till/entries", "into the drawer", staff.Drop, entry("pay_in")},
		{"POST /api/till/entries", "out of the drawer", staff.PayOut, entry("pay_out")},
		{"POST /api/till/entries", "no sale", staff.NoSale, toTill(true, "/api/till/entries", `{"kind":"no_sale",`+why+`}`)},
		{"GET /api/till", "", staff.SeeTill, to("/api/till", "")},
		{"GET /api/till/report", "", staff.SeeTill, to("/api/till/report", "")},
		{"GET /api/audit", "", staff.ReadAudit, to("/api/audit", "")},
		{"GET /api/customers", "", staff.FindCustomer, aboutAda("")},
		{"DELETE /api/customers", "", staff.ForgetCustomer, aboutAda("{}")},
		{"PUT /api/stock", "", staff.StockCount, to("/api/stock", goods)},
		{"POST /api/stock/counts", "", staff.StockCount, to("/api/stock/counts", goods)},
		{"POST /api/stock/receipts", "", staff.StockReceipt, to("/api/stock/receipts", goods)},
		{"POST /api/stock/waste", "", staff.StockWaste, to("/api/stock/waste", `{"ingredient":"mushrooms","quantity":1,"reason":"dropped"}`)},
		{"POST /api/stock/transfers", "", staff.StockReceipt, to("/api/stock/transfers", `{"ingredient":"mushrooms","quantity":10,"restaurant":"r2","direction":"in"}`)},
		{"PUT /api/stock/thresholds", "", staff.Thresholds, to("/api/stock/thresholds", `{"ingredient":"mushrooms","threshold":10}`)},
		{"POST /api/stock/purchase-order", "", staff.StockReceipt, to("/api/stock/purchase-order", goods)},
		{"POST /api/86", "", staff.EightySix, to("/api/86", `{"kind":"topping","id":"mushrooms"}`)},
		{"DELETE /api/86/{kind}/{id}", "", staff.EightySix, func(n *levels) asked {
			n.did(http.MethodPost, "/api/86", `{"kind":"topping","id":"olives"}`)
			return asked{path: "/api/86/topping/olives", body: "{}"}
		}},
		{"POST /api/intake/pause", "", staff.Pause, to("/api/intake/pause", `{"minutes":10,`+why+`}`)},
		{"POST /api/intake/resume", "", staff.Pause, func(n *levels) asked {
			n.did(http.MethodPost, "/api/intake/pause", `{"minutes":10,`+why+`}`)
			return asked{path: "/api/intake/resume", body: "{}"}
		}},
		{"POST /api/printers/{id}/test", "", staff.TestPage, func(*levels) asked {
			return asked{path: "/api/printers/p1/test", body: fmt.Sprintf(`{"tap":%q}`, id.New())}
		}},
		{"POST /api/ovens/{id}/works", "", staff.OvenWorks, func(n *levels) asked {
			ev := wire.OvenEvent{ID: id.New(), At: wire.At(n.Now()), Kind: wire.Fault}
			if err := n.guarded.OvenEvent(n.t.Context(), "oven-1", ev); err != nil {
				n.t.Fatal(err)
			}
			return asked{path: "/api/ovens/oven-1/works", body: "{" + why + "}"}
		}},
		{"DELETE /api/screens/{id}", "", staff.UnplugScreen, func(n *levels) asked {
			n.did(http.MethodPut, "/api/screens/kds-9", `{"name":"Old","station":"make"}`)
			return asked{path: "/api/screens/kds-9", body: "{}"}
		}},
	}
}

// aboutAda asks about somebody who has ordered by phone.
func aboutAda(body string) func(*levels) asked {
	return func(n *levels) asked {
		b := basket("cola", "")
		b["channel"], b["customer"] = "phone", object{"name": "Ada", "phone": "02025550123"}
		if r := n.post("/api/orders", b); r.status != http.StatusCreated {
			n.t.Fatalf("%d %s", r.status, r.body)
		}
		return asked{path: "/api/customers?phone=02025550123", body: body}
	}
}
