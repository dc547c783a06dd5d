// Package api is the chain's HTTP: orders and their event streams, restaurants, kitchens as last known, drivers, HQ's figures, enrolment of
// nodes, the pages, and the OpenAPI document of all that. Every route stands in one list (routes.go), with what it takes and gives; the
// document is generated from it.
//
// Not in here: what is decided (cloud/ordering, cloud/dispatch), rows (cloud/store), MQTT (cloud/phones), TLS, metrics (another listener).
package api

import (
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"awesome.pizza/cloud/courier"
	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/cloud/ordering"
	"awesome.pizza/cloud/restaurant"
	"awesome.pizza/shared/clock"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/wire"
)

// Ordering takes orders and moves them: an *ordering.Service.
type Ordering interface {
	Place(ctx context.Context, b ordering.Basket, key string) (r ordering.Record, replayed bool, err error)
	Quote(ctx context.Context, b ordering.Basket) (ordering.Quote, error)
	SetStatus(ctx context.Context, id order.ID, ifVersion int, to order.StatusName, d ordering.Deed) (r ordering.Record, wished bool, err error)
	Cancel(ctx context.Context, id order.ID, ifVersion int, by, reason string) (r ordering.Record, asked bool, err error)
	Deliveries
}

// Deliveries is the delivery lane.
type Deliveries interface {
	Assign(ctx context.Context, id order.ID, ifVersion int, d ordering.Driver, arrives *time.Time, by string) (ordering.Record, error)
	Reassign(ctx context.Context, id order.ID, ifVersion int, from string, d ordering.Driver, by string) (ordering.Record, error)
	Drop(ctx context.Context, id order.ID, ifVersion int, driver, by string) (ordering.Record, error)
	HandBack(ctx context.Context, id order.ID, ifVersion int, d ordering.Deed, because string) (ordering.Record, error)
	PickUp(ctx context.Context, id order.ID, ifVersion int, d ordering.Deed) (ordering.Record, error)
	Depart(ctx context.Context, id order.ID, ifVersion int, d ordering.Deed, arrives *time.Time) (ordering.Record, error)
	Deliver(ctx context.Context, id order.ID, ifVersion int, d ordering.Deed) (ordering.Record, error)
	GiveUp(ctx context.Context, id order.ID, ifVersion int, d ordering.Deed, reason string) (ordering.Record, error)
}

// Orders finds orders: a *store.Store.
type Orders interface {
	Order(ctx context.Context, id order.ID) (ordering.Record, error)
	ByToken(ctx context.Context, token string) (ordering.Record, error)
	// OpenBut are the open orders of a restaurant that are not known in the version they have now, and the ids of all.
	OpenBut(ctx context.Context, restaurant string, known map[order.ID]int) (news []ordering.Record, open map[order.ID]bool, err error)
	KitchenQueue(ctx context.Context, restaurant string) ([]ordering.Record, error)
	OfDriver(ctx context.Context, driver string) ([]ordering.Record, error)
	// Hands are all acts about who brings an order, oldest first. It reports NotFound "no_such_order".
	Hands(ctx context.Context, id order.ID) ([]ordering.Hand, error)
	// Numbered are the orders that kitchens call by a number, newest first: of one restaurant, or of all with "", and with days only those that
	// guests wanted on one of them.
	Numbered(ctx context.Context, number int, restaurant string, days []restaurant.Day, limit int) ([]ordering.Record, error)
}

// List says which orders of a restaurant a page has.
type List struct {
	Restaurant string
	Open       bool
	Statuses   []order.StatusName // empty: all
	Cursor     string             // from the page before
	Limit      int
}

// Pager lists orders, newest first; next is empty at the end. It reports Invalid "bad_cursor".
type Pager interface {
	Page(ctx context.Context, l List) (page []ordering.Record, next string, err error)
}

// Changes is every order that changes in this or another process: a *store.Store. A channel that closes before cancel was called says that
// something was missed.
type Changes interface {
	WatchOrders() (changes <-chan *ordering.Record, cancel func())
}

// Restaurants is the registry: a *store.Store.
type Restaurants interface {
	Restaurant(ctx context.Context, id string) (restaurant.Restaurant, error)
	Restaurants(ctx context.Context) ([]restaurant.Restaurant, error)
	Menu(ctx context.Context, id string) (*menu.Menu, error)
}

// Inventory is the restaurants' stock as their nodes told it, and the wishes about it: a *store.Store.
type Inventory interface {
	// Offer is a restaurant's menu and what of it is off.
	Offer(ctx context.Context, restaurant string) (menu.Offer, error)
	Levels(ctx context.Context, restaurant string) ([]restaurant.Level, error)
	WishStock(ctx context.Context, restaurant string, w event.StockWished) error
}

// Links tells how a restaurant is connected: a *restaurant.Presence.
type Links interface {
	Of(restaurant string, now time.Time) restaurant.Link
}

// Drivers is who drives: a *store.Store.
type Drivers interface {
	RegisterDriver(ctx context.Context, d dispatch.Driver) (made dispatch.Driver, secret string, err error)
	// RegisterAgain is RegisterDriver when it was said before: the driver as he is now, with a new secret.
	RegisterAgain(ctx context.Context, d dispatch.Driver) (made dispatch.Driver, secret string, err error)
	ChangeDriver(ctx context.Context, driver string, change func(*dispatch.Driver)) (dispatch.Driver, error)
	Driver(ctx context.Context, id string) (dispatch.Driver, error)
	Drivers(ctx context.Context, home string) ([]dispatch.Driver, error)
	DriverBySecret(ctx context.Context, id, secret string) (dispatch.Driver, error)
	// WhoseSecret is the driver who has this secret; empty: nobody.
	WhoseSecret(ctx context.Context, secret string) (driver string, err error)
}

// Offers is what drivers say and answer: a *dispatch.Dispatcher.
type Offers interface {
	Accept(ctx context.Context, driver, offer string) (dispatch.Offer, error)
	Decline(ctx context.Context, driver, offer string) (dispatch.Offer, error)
	// AnswerTrip answers all doors of a trip, or nothing of it: see dispatch.TripAnswer.
	AnswerTrip(ctx context.Context, driver string, t dispatch.TripAnswer) ([]dispatch.Offer, error)
	SetStatus(ctx context.Context, driver string, s wire.DriverState, at time.Time) error
}

// OpenOffers are a driver's open offers, oldest first.
type OpenOffers interface {
	OpenOffers(ctx context.Context, driver string) ([]dispatch.Offer, error)
	// WaitOf is where a driver was told, after an instant, to wait for the next order.
	WaitOf(ctx context.Context, driver string, after time.Time) (w dispatch.Wait, said bool, err error)
}

// Positions is where drivers are: a *phones.Phones.
type Positions interface {
	// Heard takes a position that came by HTTP. What cannot be true is Invalid.
	Heard(driver string, l wire.DriverLocation) error
	// Position is where a driver was last seen.
	Position(driver string) (at dispatch.Position, ok bool)
	// WasAt is where a driver was about then, if anybody knows.
	WasAt(driver string, when time.Time) (at dispatch.Point, ok bool)
	// Positions is every position from now on. The channel closes when its reader is too slow.
	Positions() (positions <-chan dispatch.Position, cancel func())
}

// Enrolment is what binds a node to its restaurant.
type Enrolment struct {
	Restaurant string     `json:"restaurant"`
	JWT        string     `json:"jwt" doc:"credential for the hub, bound to the node's public key"`
	Expires    time.Time  `json:"expires"`
	Leaves     []string   `json:"leaves" doc:"hubs for leaf nodes: tls://host:port, or nats-leaf://host:port without TLS"`
	Clients    []string   `json:"clients" doc:"hubs for plain clients: tls://host:port, or nats://host:port without TLS"`
	CA         string     `json:"ca" doc:"PEM of the authority to which the certificates of hub and cloud chain; empty: one that every machine knows"`
	Cloud      string     `json:"cloud" doc:"where the node renews its credential"`
	Chain      string     `json:"chain" doc:"public NKey that signs what the chain tells a node"`
	TimeZone   string     `json:"time_zone"`
	Menu       *menu.Menu `json:"menu"`
	Epoch      uint64     `json:"epoch" doc:"in which the node's sequence of events begins; 0: SYNC says so, and the node fetches the open orders over its line"`
	Commands   uint64     `json:"commands" doc:"the node obeys the commands after this one"`
	CommandID  string     `json:"command_id" doc:"the id of that one"`
	Snapshot   []Page     `json:"snapshot,omitempty" doc:"the restaurant's open orders, when it has any"`

	Proof *link.SignedProof `json:"proof,omitempty" doc:"the chain's word for the enrolment, which the node shows in SYNC: a database that is restored to before it has forgotten the node"`
}

// Page is a page of a snapshot as the chain has signed it.
type Page struct {
	Doc []byte `json:"doc" doc:"JSON"`
	Sig []byte `json:"sig" doc:"Ed25519, by the key that chain names"`
}

// Invitation is a one-time code for a node.
type Invitation struct {
	Code    string // with the fingerprint of the chain's authority behind a point, when there is one to pin
	Expires time.Time
	Cloud   string // where the node is to ask
}

// Fleet enrols nodes and cuts them off. It reports NotFound "no_such_restaurant", Refused "bad_code", Invalid "bad_key" and Conflict
// "key_in_use".
type Fleet interface {
	Enroll(ctx context.Context, restaurant string) (Invitation, error)
	Claim(ctx context.Context, code, publicKey, holds string) (Enrolment, error)
	// Authentic reports whether the device with this public key has signed a message.
	Authentic(device string, message, sig []byte) bool
	// Renew makes a new credential for the restaurant's node. It reports Refused "fenced" and "revoked", and NotFound "unknown_device".
	Renew(ctx context.Context, restaurant, device string) (Renewal, error)
	// Revoke cuts the restaurant's node off. It reports Conflict "no_device".
	Revoke(ctx context.Context, restaurant string) (device string, err error)
	// RevokeDevice cuts a device off by its key, be it the restaurant's node, a former one, or unknown. It reports Conflict
	// "another_restaurant".
	RevokeDevice(ctx context.Context, restaurant, device string) error
}

// Couriers hear what delivery companies send by themselves: a *courier.Desk.
type Couriers interface {
	Hear(ctx context.Context, m courier.Message) (courier.Verdict, error)
}

// Troubles is what needs a person: a *store.Store.
type Troubles interface {
	// OpenAlerts are the alerts of a restaurant (empty: of all) that are not cleared, oldest first.
	OpenAlerts(ctx context.Context, restaurant string) ([]restaurant.Alert, error)
	SetAside(ctx context.Context) (restaurant.SetAside, error)
	// Credentials are until when the restaurants' nodes may speak to the hub.
	Credentials(ctx context.Context) (map[string]time.Time, error)
	// ClearAlert ends an alert; one that is not open is left as it is.
	ClearAlert(ctx context.Context, restaurant, alert string) error
}

// Check tells whether something this process needs is there.
type Check struct {
	Name string // "database", "hub"
	Ping func(context.Context) error
}

// Deps are what an API cannot live without.
type Deps struct {
	Ordering    Ordering
	Orders      Orders
	Pager       Pager
	Changes     Changes
	Restaurants Restaurants
	Inventory   Inventory
	Links       Links
	Drivers     Drivers
	Offers      Offers
	OpenOffers  OpenOffers
	Dispatch    Dispatch
	Positions   Positions
	Bags        Bags
	Proofs      Proofs
	Acts        Acts
	Fleet       Fleet
	Quarantine  Quarantine
	Troubles    Troubles
	Couriers    Couriers     // nil: the chain works with none
	Checks      []Check      // for GET /readyz
	Sockets     http.Handler // takes drivers' pages in: MQTT over WebSocket; nil: there is none
	Pages       fs.FS        // the built pages: index.html, track.html, driver.html, hq.html, assets/
	Clock       clock.Clock
	Travel      dispatch.Travel // for the arrival at the door
}

// Settings are optional: each zero value means the default named beside it.
type Settings struct {
	StaffToken string // empty: everybody is staff, so listen on loopback only; other hosts than this machine's are refused
	Log        *slog.Logger
	Version    string // in the OpenAPI document; "dev"

	Timeout   time.Duration // of a request that is no stream; 15 s
	Heartbeat time.Duration // between comments on a quiet stream; 15 s
	Reread    time.Duration // how often a stream looks for changes nobody told; 30 s
	Pace      time.Duration // how often the dashboard looks at links; 1 s
	Drain     time.Duration // how long running requests may take when the process stops; 5 s
	PerMinute int           // requests of one client; 60000; below 0 without limit
	Streams   int           // event streams at once; 20000
	Proxies   []string      // networks, as CIDR, whose X-Forwarded-For is believed; none

	ClientStreams int // event streams of one client at once; 2000
	OrderStreams  int // of one order: its guest's screens, and those of whoever was given the link; 20

	// Observe hears of every answered request: its route like "POST /api/orders", status and duration. nil: nobody listens.
	Observe func(route string, status int, took time.Duration)
}

func (s Settings) withDefaults() Settings {
	if s.Log == nil {
		s.Log = slog.New(slog.DiscardHandler)
	}
	if s.Version == "" {
		s.Version = "dev"
	}
	if s.Observe == nil {
		s.Observe = func(string, int, time.Duration) {}
	}
	s.Timeout = orElse(s.Timeout, 15*time.Second)
	s.Heartbeat = orElse(s.Heartbeat, 15*time.Second)
	s.Reread = orElse(s.Reread, 30*time.Second)
	s.Pace = orElse(s.Pace, time.Second)
	s.Drain = orElse(s.Drain, 5*time.Second)
	s.Streams = cmp.Or(max(0, s.Streams), 20_000)
	s.ClientStreams = cmp.Or(max(0, s.ClientStreams), 2000)
	s.OrderStreams = cmp.Or(max(0, s.OrderStreams), 20)
	if s.PerMinute == 0 {
		s.PerMinute = 60_000
	}
	return s
}

func orElse(d, otherwise time.Duration) time.Duration {
	if d > 0 {
		return d
	}
	return otherwise
}

// API answers the chain's HTTP. Make it with New and let it work with Serve.
type API struct {
	Deps
	settings Settings
	staff    [32]byte // hash of the staff's token
	huma     huma.API
	handler  http.Handler
	pages    pages
	docs     []byte
	board    *board
	outage   outage
	houses   sync.Map // where restaurants are that somebody has looked up: id → dispatch.Point

	orders    *caster[order.ID, *ordering.Record]
	positions *caster[string, dispatch.Position]
	streams   ending
	crowd     crowd
	tries     tries
	refusals  refusals
}

// outage is what could not be reached when somebody last asked.
type outage struct {
	sync.Mutex
	what  string
	asked time.Time
}

// New makes an API; it reports pages that cannot be read and networks that are none.
func New(d Deps, s Settings) (*API, error) {
	s = s.withDefaults()
	a := &API{Deps: d, settings: s, staff: sha256.Sum256([]byte(s.StaffToken)), orders: newOrderCaster(), positions: newPositionCaster()}
	a.crowd.most = s.Streams
	a.board = newBoard(a)
	var err error
	if a.pages, err = readPages(d.Pages); err != nil {
		return nil, fmt.Errorf("read the pages: %w", err)
	}
	if a.handler, err = a.build(); err != nil {
		return nil, err
	}
	return a, nil
}

// Handler is the whole interface, for tests and for other listeners. Streams live only while Serve runs.
func (a *API) Handler() http.Handler { return a.handler }

func (a *API) now() time.Time { return a.Clock.Now().UTC() }
