-- +goose Up

-- One row: web orders of commands up to this one may go to the queue, for a SYNC has said that no revoke of theirs was under way. A node that
-- starts while the internet is cut goes on with them.
CREATE TABLE released (
    one     INTEGER PRIMARY KEY CHECK (one = 1),
    cmd_seq INTEGER NOT NULL CHECK (cmd_seq >= 1),
    sum     INTEGER
) STRICT;
