-- +goose Up

-- Events that a person has kept out: a device that asks what it need not hand over is told that it need not hand over these.
CREATE TABLE edge_discards (
	edge     text        NOT NULL,
	device   text        NOT NULL,
	event_id text        NOT NULL,
	at       timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (edge, device, event_id)
);
CREATE INDEX edge_discards_at ON edge_discards USING brin (at);

-- +goose Down
DROP TABLE edge_discards;
