-- +goose Up

-- How many wrong PINs were entered where: screen/NAME of one that is known, address/ADDRESS, or house. Times are Unix milliseconds.
CREATE TABLE strikes (
    place TEXT PRIMARY KEY CHECK (place <> ''),
    wrong INTEGER NOT NULL CHECK (wrong >= 1),
    last  INTEGER NOT NULL,
    sum   INTEGER
) STRICT, WITHOUT ROWID;

-- Screens at which somebody has signed in. name is the SHA-256 of a token that nobody keeps.
CREATE TABLE known_screens (
    name  TEXT PRIMARY KEY CHECK (length(name) = 64),
    who   TEXT    NOT NULL CHECK (who <> ''),
    since INTEGER NOT NULL,
    seen  INTEGER NOT NULL,
    sum   INTEGER
) STRICT, WITHOUT ROWID;
