package api

import (
	"net/http"
	"slices"
	"strings"

	"awesome.pizza/shared/link"
)

const (
	get  = http.MethodGet
	post = http.MethodPost
	put  = http.MethodPut
	del  = http.MethodDelete

	patch = http.MethodPatch
)

// routes is the whole public interface.
func (a *API) routes() []route {
	return slices.Concat(a.orderRoutes(), a.houseRoutes(), a.driverRoutes(), a.dashboardRoutes(), a.officeRoutes(), a.fleetRoutes())
}

// orderRoutes are what becomes of an order.
func (a *API) orderRoutes() []route {
	return []route{
		unnoted(on(post, "/api/orders", "placeOrder", "Place an order", 201, anybody, (*API).placeOrder, 404, 409)),
		on(get, "/api/orders/{orderId}", "getOrder", "An order", 200, holder, (*API).getOrder, 404),
		on(put, "/api/orders/{orderId}/status", "setStatus", "Take an order to a status: 202 when that is a wish for the kitchen", 200, ofOrder, (*API).setStatus, 404, 409, 412),
		follow("/api/orders/{orderId}/track", "track", "Follow an order", holder, (*API).track,
			sample{"order", trackEvent{}}, sample{"change", trackEvent{}}, sample{"driver", whereEvent{}}, sample{"near", nearEvent{}}, sample{"end", trackEvent{}}),
		on(post, "/api/orders/{orderId}/cancel", "cancelOrder", "Cancel an order: 202 when its restaurant is asked", 200, holder, (*API).cancelOrder, 404, 409, 412),
		on(post, "/api/orders/{orderId}/confirm", "confirmOrder", "End the intake by hand", 200, staff, (*API).confirmOrder, 404, 409, 412),
		on(post, "/api/orders/{orderId}/assign-driver", "assignDriver", "Give an order to a driver", 200, staff, (*API).assignDriver, 404, 409, 412),
		on(post, "/api/orders/{orderId}/unassign-driver", "unassignDriver", "Take an order back from its driver", 200, staff, (*API).unassignDriver, 404, 409, 412),
		on(post, "/api/orders/{orderId}/give-back", "giveBack", "The driver does not fetch the order after all: somebody else is asked", 200, ofOrder, (*API).giveBack, 404, 409, 412),
		on(post, "/api/orders/{orderId}/start-delivery", "startDelivery", "The driver leaves with the food", 200, ofOrder, (*API).startDelivery, 404, 409, 412),
		on(post, "/api/orders/{orderId}/complete-delivery", "completeDelivery", "The guest has the food", 200, ofOrder, (*API).completeDelivery, 404, 409, 412),
		on(post, "/api/orders/{orderId}/fail", "failOrder", "The order cannot be delivered; what is not fetched is better given back (give-back)", 200, ofOrder, (*API).failOrder, 404, 409, 412),
		rarely(600, guessed(30, on(post, "/api/orders/{orderId}/proof", "proveDelivery", "What shows that the guest has the food: a picture, a name, or the guest's code", 200, ofOrder, (*API).prove, 404, 409))),
		on(get, "/api/orders/{orderId}/proof", "getProof", "What an order's run proves", 200, staff, (*API).getRun, 404),
		on(get, "/api/orders/{orderId}/proof/photo", "getProofPhoto", "The picture at the door", 200, staff, (*API).getPhoto, 404),
		on(get, "/api/track/{token}", "trackedOrder", "The order of a tracking link", 200, anybody, (*API).trackedOrder, 404),
		on(get, "/api/track/{token}/door-code", "doorCode", "What its guest reads out to the driver", 200, anybody, (*API).doorCode, 404),
	}
}

// houseRoutes are restaurants: what they sell, what they have to do, and what lies on their shelves.
func (a *API) houseRoutes() []route {
	return []route{
		on(get, "/api/restaurants", "listRestaurants", "All restaurants", 200, anybody, (*API).listRestaurants),
		on(get, "/api/restaurants/{restaurantId}", "getRestaurant", "A restaurant", 200, anybody, (*API).getRestaurant, 404),
		on(get, "/api/restaurants/{restaurantId}/menu", "getMenu", "What a restaurant sells", 200, anybody, (*API).getMenu, 404),
		on(get, "/api/restaurants/{restaurantId}/orders", "listOrders", "A restaurant's orders, newest first", 200, staff, (*API).listOrders, 404),
		unnoted(on(post, "/api/restaurants/{restaurantId}/quote", "quote", "What a basket costs and when it comes", 200, anybody, (*API).quote, 404, 409)),
		on(get, "/api/restaurants/{restaurantId}/quote", "ask", "The same, for small baskets", 200, anybody, (*API).ask, 404, 409),

		on(get, "/api/kitchen/{kitchenId}/queue", "kitchenQueue", "What a kitchen has to do, as last known", 200, staff, (*API).kitchenQueue, 404),
		on(get, "/api/kitchen/{kitchenId}/display", "kitchenDisplay", "Its tickets with their items, as last known", 200, staff, (*API).kitchenDisplay, 404),
		on(get, "/api/kitchen/{kitchenId}/status", "kitchenStatus", "How it fares, as last known", 200, staff, (*API).kitchenStatus, 404),

		on(get, "/api/inventory/{restaurantId}/stock", "getStock", "What lies on a restaurant's shelves, as last known", 200, staff, (*API).getStock, 404),
		on(put, "/api/inventory/{restaurantId}/stock", "putStock", "Ask a restaurant to book what was counted", 202, staff, (*API).count, 404),
		on(get, "/api/inventory/{restaurantId}/thresholds", "getThresholds", "Below what there is little of an ingredient, and how much there should be", 200, staff, (*API).getThresholds, 404),
		on(put, "/api/inventory/{restaurantId}/thresholds", "putThresholds", "Ask a restaurant for other thresholds", 202, staff, (*API).putThresholds, 404),
		on(get, "/api/inventory/{restaurantId}/report", "stockReport", "The stock as last known, as CSV", 200, staff, (*API).stockReport, 404),
		on(post, "/api/inventory/{restaurantId}/receipts", "receive", "Ask a restaurant to book a delivery", 202, staff, (*API).receive, 404),
		on(post, "/api/inventory/{restaurantId}/waste", "waste", "Ask a restaurant to book what was thrown away", 202, staff, (*API).waste, 404),
		on(post, "/api/inventory/{restaurantId}/counts", "count", "Ask a restaurant to book what was counted", 202, staff, (*API).count, 404),
		on(post, "/api/inventory/{restaurantId}/86", "sellOut", "Ask a restaurant to take something off its menu", 202, staff, (*API).sellOut, 404),
		on(del, "/api/inventory/{restaurantId}/86/{kind}/{id}", "bringBack", "Ask a restaurant to put something back on its menu", 202, staff, (*API).bringBack, 404),
	}
}

// driverRoutes are drivers, their trips and their cash, and delivery companies.
func (a *API) driverRoutes() []route {
	return []route{
		on(post, "/api/drivers", "hireDriver", "Register a driver", 201, staff, (*API).hire),
		on(get, "/api/drivers", "listDrivers", "All drivers", 200, staff, (*API).listDrivers),
		on(get, "/api/drivers/{driverId}", "getDriver", "A driver", 200, driver, (*API).getDriver, 404),
		on(get, "/api/drivers/{driverId}/status", "getDriverStatus", "What a driver is up to", 200, driver, (*API).getDriverStatus, 404),
		on(put, "/api/drivers/{driverId}/status", "putDriverStatus", "Say what a driver is up to", 200, driver, (*API).putDriverStatus, 404),
		unnoted(on(post, "/api/drivers/{driverId}/location", "locateDriver", "Say where a driver is, without MQTT: during the shift, or with something to bring; else it is thrown away", 204, driver, (*API).locate, 404)),
		on(get, "/api/drivers/{driverId}/offers", "listOffers", "What a driver is asked, and has taken on", 200, driver, (*API).listOffers, 404),
		on(post, "/api/drivers/{driverId}/offers/{offerId}/accept", "acceptOffer", "Take an order on", 200, driver, (*API).acceptOffer, 404, 409),
		on(post, "/api/drivers/{driverId}/offers/{offerId}/decline", "declineOffer", "Turn an order down", 200, driver, (*API).declineOffer, 404, 409),
		on(post, "/api/drivers/{driverId}/trips/{tripId}/accept", "acceptTrip", "Take a trip on: all of its doors, or none", 200, driver, (*API).acceptTrip, 404, 409),
		on(post, "/api/drivers/{driverId}/trips/{tripId}/decline", "declineTrip", "Turn a trip down", 200, driver, (*API).declineTrip, 404, 409),
		on(get, "/api/drivers/{driverId}/bag", "getBag", "A driver's cash bag", 200, driver, (*API).getBag, 404),
		cash(on(post, "/api/drivers/{driverId}/bag", "openBag", "Check a cash bag in: 200 when it is there already", 201, driver, (*API).openBag, 404, 409)),
		cash(on(post, "/api/drivers/{driverId}/bag/drops", "dropCash", "Put cash into the safe", 200, driver, (*API).dropCash, 404, 409)),
		cash(on(post, "/api/drivers/{driverId}/bag/check-out", "closeBag", "Count a cash bag and check it out", 200, driver, (*API).closeBag, 404, 409)),
		on(get, "/api/restaurants/{restaurantId}/bags", "listBags", "The cash bags of a restaurant's drivers", 200, staff, (*API).listBags, 404),

		unnoted(signed(rarely(6000, on(post, "/api/couriers/{name}/webhooks", "courierWebhook", "What a delivery company says of an order that it brings", 200, anybody, (*API).courierWebhook, 403, 404)))),
	}
}

// dashboardRoutes are the chain at a glance.
func (a *API) dashboardRoutes() []route {
	return []route{
		follow("/api/dashboard/stream", "dashboard", "All restaurants, live", staff, (*API).dashboard,
			sample{"snapshot", chainEvent{}}, sample{"restaurant", houseView{}}),
		follow("/api/dashboard/{restaurantId}/stream", "restaurantDashboard", "One restaurant, live", staff, (*API).houseDashboard,
			sample{"snapshot", houseEvent{}}, sample{"order", queued{}}, sample{"restaurant", houseView{}}),
		rarely(240, on(get, "/api/dashboard/figures", "figures", "How long the parts of deliveries took", 200, staff, (*API).figures, 404)),
		rarely(120, on(get, "/api/dashboard/history", "history", "The same, hour by hour", 200, staff, (*API).history, 404)),
		rarely(60, on(get, "/api/dashboard/figures/report", "figuresReport", "The same for each order, as CSV: the newest 20,000", 200, staff, (*API).figuresReport, 404)),
		on(get, "/api/dashboard/metrics", "metrics", "The chain's figures", 200, staff, (*API).metrics),
	}
}

// officeRoutes are what head office looks up and decides.
func (a *API) officeRoutes() []route {
	return []route{
		on(get, "/api/hq/acts", "acts", "What people did in the chain's name, newest first", 200, staff, (*API).acts),
		rarely(60, on(get, "/api/hq/acts/report", "actsReport", "The same as CSV: the newest 20,000", 200, staff, (*API).actsReport)),
		on(patch, "/api/hq/drivers/{driverId}", "changeDriver", "Say anew what is known of a driver", 200, staff, (*API).changeDriver, 404),
		on(get, "/api/hq/dispatch", "dispatchBoard", "Orders and drivers of a zone, who is to bring what, when and why", 200, staff, (*API).dispatchBoard, 404),
		on(post, "/api/hq/dispatch/priority", "prefer", "Have an order go before others, or no more", 200, staff, (*API).prefer, 404, 409),
		rarely(240, on(get, "/api/hq/orders", "findOrders", "Orders by the number that kitchens call them by, newest first", 200, staff, (*API).findOrders, 404)),
		on(get, "/api/hq/orders/{orderId}/hands", "hands", "Who was asked to bring an order, who had it, by whose word and why", 200, staff, (*API).hands, 404),
		unnoted(rarely(120, on(post, "/api/hq/dispatch/what-if", "whatIf", "What some drivers more would change", 200, staff, (*API).whatIf, 404))),
	}
}

// fleetRoutes are what operators and nodes call, and what tells whether the process is well.
func (a *API) fleetRoutes() []route {
	return []route{
		on(get, "/api/fleet", "fleet", "All nodes", 200, staff, (*API).fleet),
		on(post, "/api/fleet/{restaurantId}/enroll", "enroll", "A one-time code for a restaurant's node", 200, staff, (*API).enroll, 404),
		on(post, "/api/fleet/{restaurantId}/revoke", "revoke", "Cut a restaurant's node off: its key is worth nothing from now on", 200, staff, (*API).revoke, 404, 409),
		on(post, "/api/fleet/{restaurantId}/devices/{device}/revoke", "revokeDevice", "Cut a device off by its key, also one that the database does not know", 200, staff, (*API).revokeDevice, 404, 409),
		on(get, "/api/fleet/{restaurantId}/quarantine", "quarantine", "What devices have sent that are not the restaurant's node", 200, staff, (*API).aside, 404),
		on(post, "/api/fleet/{restaurantId}/quarantine/{device}/approve", "approve", "Let what a device has sent count", 200, staff, (*API).approve, 404),
		on(post, "/api/fleet/{restaurantId}/quarantine/{device}/discard", "discard", "Keep out what a device has sent", 204, staff, (*API).discard, 404),
		on(post, "/api/fleet/{restaurantId}/alerts/{alert}/clear", "clearAlert", "End an alert by hand", 204, staff, (*API).clearAlert, 404),
		unnoted(rarely(120, on(post, link.RenewPath, "renew", "A new credential for a node, which signs the request with its key", 200, anybody, (*API).renew, 403, 404, 409))),
		unnoted(rarely(600, on(post, link.KnownPath, "known", "Which of its events a fenced device need not hand over, asked with its key", 200, anybody, (*API).known, 403, 404, 409))),
		unnoted(rarely(600, on(post, link.SalvagePath, "salvage", "Hand over what a fenced device has and the cloud lacks, signed with its key", 200, anybody, (*API).salvage, 403, 404, 409))),
		unnoted(rarely(600, on(post, link.AllPath, "all", "Say that a fenced device has handed over all that it has, signed with its key", 200, anybody, (*API).all, 403, 404, 409))),
		binds(rarely(600, guessed(30, on(post, "/api/fleet/claim", "claim", "Bind a node to the restaurant of its code", 200, anybody, (*API).claim, 403, 409)))),

		on(get, "/healthz", "healthz", "Whether the process serves", 200, anybody, (*API).healthz),
		on(get, "/readyz", "readyz", "Whether all is there that it needs", 200, anybody, (*API).readyz),
	}
}

// tagOf groups the document by the noun of a path.
func tagOf(path string) string {
	parts := strings.Split(strings.TrimPrefix(path, "/api"), "/")
	if !strings.HasPrefix(path, "/api") {
		return "health"
	}
	return parts[1]
}
