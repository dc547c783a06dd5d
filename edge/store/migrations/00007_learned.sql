-- +goose Up

-- What the kitchen has learned of how long things take, and how far its forecasts are off: running quantiles, one row for each thing and
-- hour of the day; -1 is all hours together.
CREATE TABLE lessons (
    kind TEXT    NOT NULL CHECK (kind <> ''),
    key  TEXT    NOT NULL CHECK (key <> ''),
    hour INTEGER NOT NULL CHECK (hour BETWEEN -1 AND 23),
    seen INTEGER NOT NULL CHECK (seen >= 1),
    low  REAL    NOT NULL,
    mid  REAL    NOT NULL CHECK (mid >= low),
    high REAL    NOT NULL CHECK (high >= mid),
    at   INTEGER NOT NULL,
    sum  INTEGER,
    PRIMARY KEY (kind, key, hour)
) STRICT, WITHOUT ROWID;

-- One row, while web orders are paused: by whom, why, since when, and when that ends by itself.
CREATE TABLE intake (
    one    INTEGER PRIMARY KEY CHECK (one = 1),
    who    TEXT    NOT NULL CHECK (who <> ''),
    reason TEXT    NOT NULL,
    since  INTEGER NOT NULL,
    until  INTEGER NOT NULL,
    sum    INTEGER
) STRICT;
