-- +goose Up

-- Drawers from opening to closing: a till.Till. At most one is open.
CREATE TABLE tills (
    id   TEXT PRIMARY KEY CHECK (id <> ''),
    day  TEXT    NOT NULL CHECK (length(day) >= 10),
    open INTEGER NOT NULL CHECK (open IN (0, 1)),
    doc  TEXT    NOT NULL CHECK (json_valid(doc)),
    sum  INTEGER
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX tills_open ON tills (open) WHERE open = 1;
CREATE INDEX tills_day ON tills (day);

-- The ledger: a till.Entry. A key is one entry.
CREATE TABLE cash (
    n    INTEGER PRIMARY KEY CHECK (n >= 1),
    key  TEXT NOT NULL UNIQUE CHECK (key <> ''),
    till TEXT NOT NULL CHECK (till <> ''),
    day  TEXT NOT NULL CHECK (length(day) >= 10),
    doc  TEXT NOT NULL CHECK (json_valid(doc)),
    sum  INTEGER
) STRICT;
CREATE INDEX cash_day ON cash (day, n);

-- Orders that are out with drivers of the restaurant's own: a kitchen.Run.
CREATE TABLE runs (
    order_id TEXT PRIMARY KEY CHECK (order_id <> ''),
    doc      TEXT NOT NULL CHECK (json_valid(doc)),
    sum      INTEGER
) STRICT, WITHOUT ROWID;
