-- +goose Up

-- The commands that had the float and the count of a bag written into the till of a restaurant; empty: there was nothing to tell, or nobody.
ALTER TABLE cash_bags ADD COLUMN told_till text NOT NULL DEFAULT '', ADD COLUMN told_open text NOT NULL DEFAULT '', ADD COLUMN told_close text NOT NULL DEFAULT '';

-- Why a driver is asked, as keys with values: pages say them in their language. because says the same in English.
ALTER TABLE offers ADD COLUMN reasons json NOT NULL DEFAULT '[]';

-- +goose Down
ALTER TABLE offers DROP COLUMN reasons;
ALTER TABLE cash_bags DROP COLUMN told_till, DROP COLUMN told_open, DROP COLUMN told_close;
