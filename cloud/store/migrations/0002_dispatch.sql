-- +goose Up
CREATE TABLE drivers (
	id          text PRIMARY KEY,
	name        text        NOT NULL,
	phone       text        NOT NULL DEFAULT '',
	vehicle     text        NOT NULL CHECK (vehicle IN ('car', 'scooter', 'bicycle', 'foot')),
	home        text        NOT NULL DEFAULT '', -- restaurant; empty: drives for all
	secret_hash bytea       NOT NULL CHECK (length(secret_hash) = 32),
	status      text        NOT NULL DEFAULT 'offline' CHECK (status IN ('offline', 'available', 'busy', 'on_break', 'end_of_shift')),
	status_at   timestamptz NOT NULL,
	shift_end   timestamptz, -- NULL: open end
	speed_kmh   float8      NOT NULL DEFAULT 0 CHECK (speed_kmh BETWEEN 0 AND 200), -- 0: what the vehicle usually does
	created     timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 80);
CREATE INDEX drivers_on_shift ON drivers (home) WHERE status <> 'offline';

-- Where each driver was last seen: apart from drivers, because it changes every few seconds.
CREATE TABLE driver_positions (
	driver  text PRIMARY KEY,
	lat     float8      NOT NULL CHECK (lat BETWEEN -90 AND 90),
	lon     float8      NOT NULL CHECK (lon BETWEEN -180 AND 180),
	heading float8,
	speed   float8,
	at      timestamptz NOT NULL, -- by the phone's clock
	heard   timestamptz NOT NULL  -- by the cloud's
) WITH (fillfactor = 50);

-- Locks are taken in this order: orders by id, drivers, offers, edge_heads.
CREATE TABLE offers (
	id        uuid PRIMARY KEY,
	order_id  uuid        NOT NULL,
	driver    text        NOT NULL,
	state     text        NOT NULL CHECK (state IN ('open', 'accepted', 'declined', 'expired', 'revoked')),
	created   timestamptz NOT NULL,
	expires   timestamptz NOT NULL CHECK (expires > created),
	answered  timestamptz CHECK ((answered IS NULL) = (state = 'open')),
	arrive_at timestamptz NOT NULL,
	because   text[]      NOT NULL DEFAULT '{}'
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX offers_open_order ON offers (order_id) WHERE state = 'open';
CREATE UNIQUE INDEX offers_open_driver ON offers (driver) WHERE state = 'open';
CREATE INDEX offers_of_order ON offers (order_id);
CREATE INDEX offers_ended ON offers (answered) WHERE answered IS NOT NULL;

-- What phones sent and nobody could believe. Bounded: see SaveDeadLetter.
CREATE TABLE dead_letters (
	id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	at      timestamptz NOT NULL,
	device  text        NOT NULL,
	client  text        NOT NULL,
	remote  text        NOT NULL,
	topic   text        NOT NULL,
	payload bytea       NOT NULL, -- its beginning
	bytes   int         NOT NULL, -- length of the whole
	code    text        NOT NULL,
	reason  text        NOT NULL
);

-- +goose Down
DROP TABLE dead_letters, offers, driver_positions, drivers;
