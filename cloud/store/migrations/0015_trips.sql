-- +goose Up

-- What a driver fetches together and brings on one way is a trip: several offers to one driver at a time, of one trip. A core of the time
-- before writes none: then each offer is a trip of its own.
ALTER TABLE offers ADD COLUMN trip uuid, ADD COLUMN stop smallint NOT NULL DEFAULT 0 CHECK (stop BETWEEN 0 AND 15);
DROP INDEX offers_open_driver;
CREATE INDEX offers_open_driver ON offers (driver) WHERE state = 'open';
CREATE INDEX offers_taken ON offers (driver, answered) WHERE state = 'accepted';

-- How fast drivers really are, in each corner of the world and hour of the day (UTC), against what is reckoned. Old drives fade.
CREATE TABLE paces (
	lat      int      NOT NULL, -- a tenth of a degree
	lon      int      NOT NULL,
	hour     smallint NOT NULL CHECK (hour BETWEEN 0 AND 23),
	drives   float8   NOT NULL CHECK (drives > 0),
	reckoned float8   NOT NULL CHECK (reckoned > 0), -- seconds, of all of them
	took     float8   NOT NULL CHECK (took > 0),
	changed  timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (lat, lon, hour)
) WITH (fillfactor = 80);

-- The drives that are in it already: every core hears of each.
CREATE TABLE drives (
	order_id uuid PRIMARY KEY,
	at       timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX drives_at ON drives (at);

-- +goose Down
DROP TABLE drives, paces;
DROP INDEX offers_taken, offers_open_driver;
UPDATE offers SET state = 'revoked', answered = now() WHERE state = 'open';
CREATE UNIQUE INDEX offers_open_driver ON offers (driver) WHERE state = 'open';
ALTER TABLE offers DROP COLUMN trip, DROP COLUMN stop;
