-- +goose Up

-- Paper to be printed, in the order in which it was asked for, and what became of it: the same piece is printed once.
CREATE TABLE prints (
    seq        INTEGER PRIMARY KEY,
    id         TEXT    NOT NULL UNIQUE CHECK (id <> ''),
    what       TEXT    NOT NULL CHECK (what IN ('ticket', 'label', 'receipt', 'test')),
    order_id   TEXT    NOT NULL,
    item       TEXT    NOT NULL,
    printer    TEXT    NOT NULL CHECK (printer <> ''),
    copy       INTEGER NOT NULL CHECK (copy IN (0, 1)),
    made_at    INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    state      TEXT    NOT NULL CHECK (state IN ('pending', 'sent', 'confirmed', 'doubtful', 'expired', 'failed')),
    sent_to    TEXT    NOT NULL, -- the printer it was sent to last
    tries      INTEGER NOT NULL CHECK (tries >= 0),
    since      INTEGER NOT NULL, -- when state became what it is
    sum        INTEGER
) STRICT;
CREATE INDEX prints_open ON prints (printer, seq) WHERE state IN ('pending', 'sent', 'doubtful');
CREATE INDEX prints_over ON prints (since) WHERE state IN ('confirmed', 'expired', 'failed');
