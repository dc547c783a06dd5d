-- +goose Up

-- What a driver carries of the house's cash: one bag at a time, from check-in to check-out. What guests paid into it stands in the orders.
CREATE TABLE cash_bags (
	id            uuid PRIMARY KEY, -- made by the phone, so that a repetition is known as one
	driver        text        NOT NULL,
	restaurant    text        NOT NULL, -- the driver's home; empty: drives for all
	currency      text        NOT NULL,
	opened        timestamptz NOT NULL,
	float_minor   bigint      NOT NULL CHECK (float_minor >= 0),
	closed        timestamptz CHECK (closed >= opened),
	counted_minor bigint      CHECK (counted_minor >= 0),
	note          text        NOT NULL DEFAULT '',
	CHECK ((closed IS NULL) = (counted_minor IS NULL))
);
CREATE UNIQUE INDEX cash_bags_open ON cash_bags (driver) WHERE closed IS NULL;
CREATE INDEX cash_bags_of_driver ON cash_bags (driver, opened);
CREATE INDEX cash_bags_of_restaurant ON cash_bags (restaurant, opened);

-- What was put into the safe out of a bag.
CREATE TABLE cash_drops (
	id           uuid PRIMARY KEY, -- made by the phone
	bag          uuid        NOT NULL REFERENCES cash_bags (id),
	at           timestamptz NOT NULL,
	amount_minor bigint      NOT NULL CHECK (amount_minor > 0)
);
CREATE INDEX cash_drops_of_bag ON cash_drops (bag, at);

-- What shows that a guest has the food. Bounded: one of each kind for an order, and pictures go after their time (tidy.go).
CREATE TABLE proofs (
	order_id uuid        NOT NULL,
	kind     text        NOT NULL CHECK (kind IN ('photo', 'name', 'code')),
	driver   text        NOT NULL,
	at       timestamptz NOT NULL,
	said     text        NOT NULL DEFAULT '', -- the name
	type     text        NOT NULL DEFAULT '',
	photo    bytea       CHECK (length(photo) <= 200000),
	heard    timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (order_id, kind)
);
CREATE INDEX proofs_heard ON proofs USING brin (heard);

-- When a driver's phone was seen to come and go, beside what the driver tapped. How far off it was, but not where: places are nobody's business.
CREATE TABLE road_evidence (
	order_id uuid        NOT NULL,
	driver   text        NOT NULL,
	kind     text        NOT NULL CHECK (kind IN ('at_restaurant', 'left_restaurant', 'at_door', 'left_door')),
	at       timestamptz NOT NULL,
	metres   int         NOT NULL CHECK (metres >= 0),
	PRIMARY KEY (order_id, driver, kind)
);
CREATE INDEX road_evidence_at ON road_evidence USING brin (at);

-- Who brought what, newest last, and what was placed when: a row changes these columns once, with open, or never.
CREATE INDEX orders_brought_by ON orders (driver, arrival) WHERE driver IS NOT NULL AND NOT open;
CREATE INDEX orders_placed ON orders USING brin (placed_at);

-- +goose Down
DROP INDEX orders_placed, orders_brought_by;
DROP TABLE road_evidence, proofs, cash_drops, cash_bags;
