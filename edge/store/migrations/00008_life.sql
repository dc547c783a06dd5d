-- +goose Up

-- A ticket that was voided stays on the board until somebody has taken note of that.
ALTER TABLE tickets ADD COLUMN lingers INTEGER GENERATED ALWAYS AS (coalesce(state ->> '$.lingers', 0)) VIRTUAL;
CREATE INDEX tickets_lingers ON tickets (order_id) WHERE lingers <> 0;

-- Displays that have told their name and station.
CREATE TABLE screens (
    id      TEXT PRIMARY KEY CHECK (id <> ''),
    name    TEXT    NOT NULL,
    station TEXT    NOT NULL CHECK (station <> ''),
    seen_at INTEGER NOT NULL,
    sum     INTEGER
) STRICT, WITHOUT ROWID;
