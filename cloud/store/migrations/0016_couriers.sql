-- +goose Up

-- The run of a delivery company for which an order is kept: while it is there, the order is offered to nobody else. It stands in a column, and
-- not only in the order's state, so that whoever has waited for the row's lock looks at it again.
ALTER TABLE orders ADD COLUMN courier uuid;

-- What delivery companies were asked to bring. Rows are locked after their order, its driver and its offers, and before edge_heads.
CREATE TABLE courier_runs (
	id       uuid PRIMARY KEY, -- by which the company knows it too
	order_id uuid        NOT NULL,
	courier  text        NOT NULL CHECK (courier <> ''),
	state    text        NOT NULL CHECK (state IN ('asked', 'accepted', 'assigned', 'at_restaurant', 'picked_up', 'at_door', 'delivered', 'failed', 'cancelled', 'refused')),
	open     boolean     NOT NULL CHECK (open OR state IN ('delivered', 'failed', 'cancelled', 'refused')),
	next     timestamptz NOT NULL, -- when it is looked at again
	tries    int         NOT NULL DEFAULT 0,
	ended    timestamptz CHECK ((ended IS NOT NULL) = (state IN ('delivered', 'failed', 'cancelled', 'refused'))),
	doc      json        NOT NULL
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX courier_runs_open_order ON courier_runs (order_id) WHERE open;
CREATE INDEX courier_runs_due ON courier_runs (next) WHERE open;
CREATE INDEX courier_runs_of_order ON courier_runs (order_id);

-- Messages of companies by their ids: each counts once.
CREATE TABLE courier_messages (
	courier text        NOT NULL,
	id      text        NOT NULL,
	heard   timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (courier, id)
);
CREATE INDEX courier_messages_heard ON courier_messages USING brin (heard);

-- +goose Down
DROP TABLE courier_messages, courier_runs;
ALTER TABLE orders DROP COLUMN courier;
