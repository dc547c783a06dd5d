-- +goose Up

-- What probes measured, and when they were out of their limits: a kitchen.Reading. Each line's hash covers the one before; lines are added, and pruned
-- from the first on. Times are Unix milliseconds, temperatures degrees Celsius.
CREATE TABLE food_safety (
    n       INTEGER PRIMARY KEY CHECK (n >= 1),
    at      INTEGER NOT NULL,
    day     TEXT    NOT NULL,
    probe   TEXT    NOT NULL CHECK (probe <> ''),
    what    TEXT    NOT NULL CHECK (what IN ('reading', 'too_warm', 'too_cold', 'back', 'silent')),
    celsius REAL,
    low     REAL,
    high    REAL,
    hash    BLOB    NOT NULL CHECK (length(hash) = 32),
    sum     INTEGER
) STRICT;
CREATE INDEX food_safety_day ON food_safety (day, n);
-- +goose StatementBegin
CREATE TRIGGER food_safety_stays BEFORE UPDATE OF n, at, day, probe, what, celsius, low, high, hash ON food_safety BEGIN
    SELECT RAISE(ABORT, 'a line of the food safety log does not change');
END;
-- +goose StatementEnd
