-- +goose Up

-- A trip may be fetched at two restaurants: an order behind so many of the trip's doors. A core of the time before says nothing: before all of them.
ALTER TABLE offers ADD COLUMN fetch_after smallint NOT NULL DEFAULT 0 CHECK (fetch_after BETWEEN 0 AND 15);

-- How much an order goes before others, by a person's word.
CREATE TABLE priorities (
	order_id uuid PRIMARY KEY,
	priority text        NOT NULL CHECK (priority IN ('usual', 'raised', 'first')),
	because  text        NOT NULL DEFAULT '',
	at       timestamptz NOT NULL
);
CREATE INDEX priorities_at ON priorities USING brin (at);

-- Where an idle driver had better wait: said by the core that plans his zone, and again while it holds.
CREATE TABLE waits (
	driver     text PRIMARY KEY,
	restaurant text        NOT NULL,
	since      timestamptz NOT NULL,
	at         timestamptz NOT NULL,
	because    text        NOT NULL DEFAULT ''
) WITH (fillfactor = 50);

-- +goose Down
DROP TABLE waits, priorities;
ALTER TABLE offers DROP COLUMN fetch_after;
