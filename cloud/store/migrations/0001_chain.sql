-- Rows are keyed by restaurant and hold no foreign keys to hot rows: a check would lock the restaurant's row for every order of it.

-- +goose Up
CREATE TABLE history (
	only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
	counter  bigint      NOT NULL,          -- raised by hand when rows were lost in another way than by a restore
	made     timestamptz NOT NULL DEFAULT now()
);
INSERT INTO history (counter) VALUES (1);

CREATE TABLE restaurants (
	id      text PRIMARY KEY,
	version int         NOT NULL,
	doc     json        NOT NULL,
	changed timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE menus (
	restaurant text        NOT NULL,
	version    int         NOT NULL CHECK (version > 0),
	doc        json        NOT NULL,
	published  timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (restaurant, version)
);

-- doc is what was ordered and never changes; state is how far it has come. The other columns are what rows are found by.
CREATE TABLE orders (
	id           uuid PRIMARY KEY,
	arrival      bigint GENERATED ALWAYS AS IDENTITY,
	restaurant   text        NOT NULL,
	token        text        NOT NULL,
	placed_at    timestamptz NOT NULL,
	delivers     boolean     NOT NULL,
	make_seconds int         NOT NULL,
	doc          json        NOT NULL, -- before what changes: the log of a change leaves out what both rows begin with
	version      int         NOT NULL CHECK (version > 0),
	status       text        NOT NULL CHECK (status IN ('Created', 'Validated', 'Queued', 'Preparing', 'Baking', 'QualityCheck',
		'ReadyForPickup', 'DriverAssigned', 'PickedUp', 'OutForDelivery', 'Delivered', 'Cancelled', 'Failed')),
	open         boolean     NOT NULL CHECK (open = (status NOT IN ('Delivered', 'Cancelled', 'Failed'))),
	intake       boolean     NOT NULL CHECK (NOT intake OR status = 'Created'), -- the cloud has still to hand it to its restaurant
	accept_due   timestamptz, -- while its restaurant has not answered and nobody was told
	driver       text,
	state        json        NOT NULL
) WITH (fillfactor = 70);
-- Most steps change no column of an index, nor of an index's condition: then only the row is written, on the same page. So status and
-- version stand in no index, and what is looked for has a column that changes once.

CREATE UNIQUE INDEX orders_token ON orders (token);
CREATE INDEX orders_of_restaurant ON orders (restaurant, arrival);
CREATE INDEX orders_open ON orders (restaurant, arrival) WHERE open;
CREATE INDEX orders_undelivered ON orders (arrival) WHERE open AND delivers;
CREATE INDEX orders_created ON orders (placed_at) WHERE intake;
CREATE INDEX orders_unaccepted ON orders (accept_due) WHERE accept_due IS NOT NULL;
CREATE INDEX orders_of_driver ON orders (driver) WHERE driver IS NOT NULL AND open;

CREATE TABLE idempotency (
	key      text PRIMARY KEY,
	body     bytea       NOT NULL CHECK (length(body) = 32),
	order_id uuid        NOT NULL,
	made     timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX idempotency_made ON idempotency USING brin (made);

-- Locks are taken in this order: edge_link, orders by id, edge_heads. Each of them by key.
CREATE TABLE edge_link (
	edge    text PRIMARY KEY,
	device  text        NOT NULL DEFAULT '',
	epoch   bigint      NOT NULL DEFAULT 1 CHECK (epoch > 0),
	seq     bigint      NOT NULL DEFAULT 0 CHECK (seq >= 0),
	hash    bytea       NOT NULL DEFAULT decode(repeat('00', 32), 'hex') CHECK (length(hash) = 32),
	changed timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 50);

-- The highest command of an edge: apart from edge_link, so that giving numbers does not wait for an applier.
CREATE TABLE edge_heads (
	edge    text PRIMARY KEY,
	cmd_seq bigint NOT NULL DEFAULT 0 CHECK (cmd_seq >= 0)
) WITH (fillfactor = 50);

CREATE TABLE edge_events (
	edge     text        NOT NULL,
	epoch    bigint      NOT NULL,
	seq      bigint      NOT NULL,
	event_id text        NOT NULL,
	order_id text        NOT NULL,
	kind     text        NOT NULL,
	at       timestamptz NOT NULL,
	received timestamptz NOT NULL DEFAULT now(),
	trace    text        NOT NULL,
	hash     bytea       NOT NULL,
	body     bytea       NOT NULL, -- as it came: the hash covers its bytes
	outcome  text        NOT NULL CHECK (outcome IN ('projected', 'repeated', 'unprojectable')),
	problem  text        NOT NULL DEFAULT '',
	PRIMARY KEY (edge, epoch, seq)
);
-- A fact that came again under another number is kept in its place, but has no second effect.
CREATE UNIQUE INDEX edge_events_once ON edge_events (event_id) WHERE outcome <> 'repeated';

CREATE TABLE edge_commands (
	edge     text        NOT NULL,
	cmd_seq  bigint      NOT NULL,
	cmd_id   text        NOT NULL UNIQUE,
	kind     text        NOT NULL,
	order_id text        NOT NULL,
	at       timestamptz NOT NULL,
	body     bytea       NOT NULL,
	answered timestamptz,
	granted  boolean,
	reason   text        NOT NULL DEFAULT '',
	PRIMARY KEY (edge, cmd_seq)
);

CREATE TABLE edge_quarantine (
	edge     text        NOT NULL,
	device   text        NOT NULL,
	span     text        NOT NULL, -- epoch/first-last
	reason   text        NOT NULL,
	events   bytea       NOT NULL,
	received timestamptz NOT NULL DEFAULT now(),
	times    int         NOT NULL DEFAULT 1,
	PRIMARY KEY (edge, device, span)
);

CREATE TABLE alerts (
	restaurant text        NOT NULL,
	alert      text        NOT NULL,
	device     text        NOT NULL,
	what       text        NOT NULL,
	level      text        NOT NULL,
	order_id   text        NOT NULL,
	detail     text        NOT NULL,
	since      timestamptz NOT NULL,
	heard      timestamptz NOT NULL DEFAULT now(),
	cleared    timestamptz,
	PRIMARY KEY (restaurant, alert)
);
CREATE INDEX alerts_open ON alerts (restaurant, since) WHERE cleared IS NULL;

CREATE TABLE enrolment_codes (
	code_hash  bytea PRIMARY KEY, -- of a code that is shown once
	restaurant text        NOT NULL,
	expires    timestamptz NOT NULL,
	created    timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE devices (
	restaurant text        NOT NULL,
	public_key text        NOT NULL UNIQUE,
	epoch      bigint      NOT NULL,
	created    timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (restaurant, epoch)
);

-- +goose Down
DROP TABLE devices, enrolment_codes, alerts, edge_quarantine, edge_commands, edge_events, edge_heads, edge_link, idempotency, orders,
	menus, restaurants, history;
