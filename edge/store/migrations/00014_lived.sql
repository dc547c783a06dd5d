-- +goose Up

-- Days on which the node ran, in the order in which they came, whatever a clock called them: the last ones. A day is days since 1970, in UTC.
CREATE TABLE lived (
    n   INTEGER PRIMARY KEY CHECK (n >= 1),
    day INTEGER NOT NULL UNIQUE,
    sum INTEGER
) STRICT;
