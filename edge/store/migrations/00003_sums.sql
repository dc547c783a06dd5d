-- +goose Up

-- What is in each row, as a number: a letter that became another one on the disk is noticed. The writer's own triggers keep it.
ALTER TABLE meta ADD COLUMN sum INTEGER;
ALTER TABLE orders ADD COLUMN sum INTEGER;
ALTER TABLE tickets ADD COLUMN sum INTEGER;
ALTER TABLE numbers ADD COLUMN sum INTEGER;
ALTER TABLE taps ADD COLUMN sum INTEGER;
ALTER TABLE cooks ADD COLUMN sum INTEGER;
ALTER TABLE timers ADD COLUMN sum INTEGER;
ALTER TABLE alerts ADD COLUMN sum INTEGER;
ALTER TABLE outbox ADD COLUMN sum INTEGER;
ALTER TABLE inbox ADD COLUMN sum INTEGER;
ALTER TABLE dead_letters ADD COLUMN sum INTEGER;

-- What is in each table: the sum of its rows' sums, so that a row that vanished or a page of long ago is noticed too.
CREATE TABLE sums (
    name   TEXT PRIMARY KEY CHECK (name <> ''),
    digest INTEGER NOT NULL,
    rows   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
