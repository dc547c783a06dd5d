-- +goose Up

-- Restaurants that take no web orders for some time, by their own word: until when, by whom and why.
CREATE TABLE intakes (
    restaurant text PRIMARY KEY,
    since      timestamptz NOT NULL,
    until      timestamptz NOT NULL,
    who        text        NOT NULL,
    reason     text        NOT NULL,
    heard      timestamptz NOT NULL
);

-- +goose Down
DROP TABLE intakes;
