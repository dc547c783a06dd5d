-- +goose Up

-- One row: where this node stands. acked may trail what the cloud has; it is written along with the next commit.
CREATE TABLE meta (
    one        INTEGER PRIMARY KEY CHECK (one = 1),
    device     TEXT    NOT NULL CHECK (device <> ''),
    epoch      INTEGER NOT NULL CHECK (epoch >= 1),
    next_seq   INTEGER NOT NULL CHECK (next_seq >= 1),
    tip_hash   BLOB    NOT NULL CHECK (length(tip_hash) = 32),
    acked_seq  INTEGER NOT NULL CHECK (acked_seq >= 0 AND acked_seq < next_seq),
    acked_hash BLOB    NOT NULL CHECK (length(acked_hash) = 32),
    cmd_seq    INTEGER NOT NULL CHECK (cmd_seq >= 0),
    cmd_id     TEXT    NOT NULL CHECK (cmd_id <> '' OR cmd_seq = 0),
    board_seq  INTEGER NOT NULL CHECK (board_seq >= 0)
) STRICT;

-- What was ordered. A row never changes, so a tap does not write it again.
CREATE TABLE orders (
    id  TEXT PRIMARY KEY CHECK (id <> ''),
    doc TEXT NOT NULL CHECK (json_valid(doc))
) STRICT;

-- What the kitchen makes of it. state is a kitchen.Ticket without its order; what is searched for is read out of it.
CREATE TABLE tickets (
    order_id TEXT PRIMARY KEY REFERENCES orders (id),
    state    TEXT    NOT NULL CHECK (json_valid(state)),
    open     INTEGER NOT NULL CHECK (open IN (0, 1)),
    ended_at INTEGER CHECK ((ended_at IS NULL) = (open = 1)), -- Unix milliseconds
    day      TEXT    GENERATED ALWAYS AS (state ->> '$.day') VIRTUAL,
    number   INTEGER GENERATED ALWAYS AS (state ->> '$.number') VIRTUAL
) STRICT;
CREATE UNIQUE INDEX tickets_number ON tickets (day, number) WHERE number > 0;
CREATE INDEX tickets_open ON tickets (order_id) WHERE open = 1;
CREATE INDEX tickets_ended ON tickets (ended_at) WHERE open = 0;

-- The last number given on each business day.
CREATE TABLE numbers (
    day  TEXT PRIMARY KEY CHECK (length(day) >= 10),
    last INTEGER NOT NULL CHECK (last >= 1)
) STRICT, WITHOUT ROWID;

-- What taps, orders of the counter and oven events were answered.
CREATE TABLE taps (
    id         TEXT PRIMARY KEY CHECK (id <> ''),
    order_id   TEXT    NOT NULL,
    request    TEXT    NOT NULL,
    body       TEXT CHECK (body IS NULL OR json_valid(body)),
    keep_until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE cooks (
    id        TEXT PRIMARY KEY CHECK (id <> ''),
    name      TEXT    NOT NULL,
    skills    TEXT    NOT NULL CHECK (json_valid(skills)),
    signed_in INTEGER NOT NULL CHECK (signed_in IN (0, 1))
) STRICT, WITHOUT ROWID;

CREATE TABLE timers (
    kind     TEXT    NOT NULL CHECK (kind <> ''),
    order_id TEXT    NOT NULL,
    item     TEXT    NOT NULL,
    due_at   INTEGER NOT NULL,
    since    INTEGER NOT NULL,
    PRIMARY KEY (kind, order_id, item)
) STRICT, WITHOUT ROWID;

CREATE TABLE alerts (
    id       TEXT PRIMARY KEY CHECK (id <> ''),
    device   TEXT    NOT NULL,
    what     TEXT    NOT NULL,
    level    TEXT    NOT NULL,
    order_id TEXT    NOT NULL,
    since    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Facts on their way to the cloud. body is text, byte for byte as it was sealed.
CREATE TABLE outbox (
    seq      INTEGER PRIMARY KEY CHECK (seq >= 1),
    event_id TEXT    NOT NULL UNIQUE CHECK (event_id <> ''),
    order_id TEXT    NOT NULL,
    kind     TEXT    NOT NULL CHECK (kind <> ''),
    at       INTEGER NOT NULL,
    trace    TEXT    NOT NULL,
    body     TEXT    NOT NULL,
    hash     BLOB    NOT NULL CHECK (length(hash) = 32)
) STRICT;

-- Commands that were obeyed or refused: one answer each.
CREATE TABLE inbox (
    cmd_seq INTEGER PRIMARY KEY CHECK (cmd_seq >= 1),
    cmd_id  TEXT    NOT NULL UNIQUE CHECK (cmd_id <> ''),
    granted INTEGER NOT NULL CHECK (granted IN (0, 1)),
    reason  TEXT    NOT NULL,
    at      INTEGER NOT NULL
) STRICT;

-- Messages that made no sense. Bounded: the oldest make room.
CREATE TABLE dead_letters (
    id      INTEGER PRIMARY KEY,
    at      INTEGER NOT NULL,
    source  TEXT    NOT NULL,
    reason  TEXT    NOT NULL,
    payload BLOB    NOT NULL CHECK (length(payload) <= 4096),
    bytes   INTEGER NOT NULL CHECK (bytes >= 0)
) STRICT;
