-- +goose Up

-- Who works here. pin is a slow salted hash in the PHC format; empty without one.
CREATE TABLE people (
    id   TEXT PRIMARY KEY CHECK (id <> ''),
    name TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('cook', 'counter', 'shift_manager')),
    pin  TEXT NOT NULL CHECK (pin = '' OR pin LIKE '$argon2id$%'),
    sum  INTEGER
) STRICT, WITHOUT ROWID;

-- Who is signed in where. name is the SHA-256 of a token that nobody keeps; times are Unix milliseconds.
CREATE TABLE sessions (
    name   TEXT PRIMARY KEY CHECK (length(name) = 64),
    who    TEXT    NOT NULL CHECK (who <> ''),
    screen TEXT    NOT NULL,
    began  INTEGER NOT NULL,
    seen   INTEGER NOT NULL,
    until  INTEGER NOT NULL,
    sum    INTEGER
) STRICT, WITHOUT ROWID;

-- Who did what that not everybody may. Each line's hash covers the one before; lines are added, and pruned from the first on.
CREATE TABLE audit (
    n       INTEGER PRIMARY KEY CHECK (n >= 1),
    at      INTEGER NOT NULL,
    day     TEXT    NOT NULL,
    who     TEXT    NOT NULL,
    screen  TEXT    NOT NULL,
    action  TEXT    NOT NULL CHECK (action <> ''),
    subject TEXT    NOT NULL,
    manager TEXT    NOT NULL,
    reason  TEXT    NOT NULL,
    detail  TEXT    NOT NULL,
    hash    BLOB    NOT NULL CHECK (length(hash) = 32),
    sum     INTEGER
) STRICT;
CREATE INDEX audit_day ON audit (day, n);
-- +goose StatementBegin
CREATE TRIGGER audit_stays BEFORE UPDATE OF n, at, day, who, screen, action, subject, manager, reason, detail, hash ON audit BEGIN
    SELECT RAISE(ABORT, 'a line of the audit log does not change');
END;
-- +goose StatementEnd

-- Who orders from which phone number: a kitchen.Guest.
CREATE TABLE guests (
    phone TEXT PRIMARY KEY CHECK (phone <> ''),
    doc   TEXT    NOT NULL CHECK (json_valid(doc)),
    seen  INTEGER NOT NULL,
    sum   INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX guests_seen ON guests (seen);
