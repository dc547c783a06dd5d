-- +goose Up

-- When a restaurant's node last proved that rows were lost: what one says is heard once in a while, however many say so in turns.
CREATE TABLE history_doubts (
	edge text PRIMARY KEY,
	at   timestamptz NOT NULL
);

-- +goose Down
DROP TABLE history_doubts;
