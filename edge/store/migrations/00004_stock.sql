-- +goose Up

-- What is kept of an ingredient besides its ledger. A row without tracked is one that nobody has counted or received.
CREATE TABLE stock_shelves (
    ingredient TEXT PRIMARY KEY CHECK (ingredient <> ''),
    tracked    INTEGER NOT NULL CHECK (tracked IN (0, 1)),
    threshold  INTEGER CHECK (threshold >= 0), -- the restaurant's own; NULL: the menu's
    par        INTEGER CHECK (par >= 0),
    on_order   INTEGER NOT NULL CHECK (on_order >= 0),
    epoch      INTEGER NOT NULL CHECK (epoch >= 0), -- of the share that the cloud was lent
    lent       INTEGER NOT NULL CHECK (lent >= 0),
    used       INTEGER NOT NULL CHECK (used >= 0 AND used <= lent),
    asked      INTEGER NOT NULL CHECK (asked >= 0),
    returned   INTEGER NOT NULL CHECK (returned >= 0 AND returned <= lent - used),
    sum        INTEGER
) STRICT, WITHOUT ROWID;

-- What came, went and was counted. What lies on a shelf is the sum of its entries; no entry is ever changed, old ones are put together.
CREATE TABLE stock_ledger (
    id         INTEGER PRIMARY KEY,
    day        TEXT    NOT NULL CHECK (length(day) >= 10), -- business day
    at         INTEGER NOT NULL,
    ingredient TEXT    NOT NULL CHECK (ingredient <> ''),
    kind       TEXT    NOT NULL CHECK (kind <> ''),
    quantity   INTEGER NOT NULL, -- grams or pieces
    reason     TEXT    NOT NULL,
    who        TEXT    NOT NULL,
    order_id   TEXT    NOT NULL,
    sum        INTEGER
) STRICT;
CREATE INDEX stock_ledger_day ON stock_ledger (day, ingredient, kind);

-- What is off the menu.
CREATE TABLE stock_off (
    kind    TEXT    NOT NULL CHECK (kind IN ('product', 'topping', 'ingredient')),
    id      TEXT    NOT NULL CHECK (id <> ''),
    owner   TEXT    NOT NULL,
    reason  TEXT    NOT NULL,
    auto    INTEGER NOT NULL CHECK (auto IN (0, 1)),
    since   INTEGER NOT NULL,
    until   INTEGER, -- NULL: until somebody lifts it
    sum     INTEGER,
    PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;
