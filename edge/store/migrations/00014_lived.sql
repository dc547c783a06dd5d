-- +goose Up

-- Days on which the node ran, in the order in which they came, whatever a clock called them: the last ones. A day is days since 1970, in UTC.
CREATE TABLE lived (
    n   INTEGER PRIMARY KEY CHECK (n >= 1),
    day INTEGER NOT NULL UNIQUE,
    sum INTEGER
) STRICT;

-- A node that ran before this table was made has tickets of the days on which it did. A division cuts towards zero: an instant before 1970 is of the day before.
INSERT INTO lived (n, day)
SELECT row_number() OVER (ORDER BY day), day FROM (
    SELECT DISTINCT ended_at / 86400000 - (ended_at % 86400000 < 0) AS day FROM tickets WHERE open = 0 ORDER BY day DESC LIMIT 31
);
