-- +goose Up

-- An outbox may hold events of several epochs. What the cloud has keeps its place, as its insurance against a restore of its own; what it
-- lacks is moved to the present epoch, which is meta's.
CREATE TABLE outbox_of_epochs (
    epoch    INTEGER NOT NULL CHECK (epoch >= 1),
    seq      INTEGER NOT NULL CHECK (seq >= 1),
    event_id TEXT    NOT NULL UNIQUE CHECK (event_id <> ''),
    order_id TEXT    NOT NULL,
    kind     TEXT    NOT NULL CHECK (kind <> ''),
    at       INTEGER NOT NULL,
    trace    TEXT    NOT NULL,
    body     TEXT    NOT NULL,
    hash     BLOB    NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (epoch, seq)
) STRICT;
INSERT INTO outbox_of_epochs (epoch, seq, event_id, order_id, kind, at, trace, body, hash)
    SELECT (SELECT epoch FROM meta), seq, event_id, order_id, kind, at, trace, body, hash FROM outbox ORDER BY seq;
DROP TABLE outbox;
ALTER TABLE outbox_of_epochs RENAME TO outbox;

-- The last epoch that began with what the cloud knew of this restaurant; 0 when none did.
ALTER TABLE meta ADD COLUMN begun INTEGER NOT NULL DEFAULT 0 CHECK (begun >= 0);

-- Of an order's tracking link. It stands here and not in a ticket, for what is in a ticket is shown on screens.
ALTER TABLE orders ADD COLUMN token TEXT NOT NULL DEFAULT '';

-- The first command that this one repeats, whose answer the cloud does not know.
ALTER TABLE inbox ADD COLUMN again TEXT NOT NULL DEFAULT '';
CREATE INDEX inbox_again ON inbox (again) WHERE again <> '';
