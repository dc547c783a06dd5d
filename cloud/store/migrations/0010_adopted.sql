-- +goose Up

-- A device is found by its key. Two may have been enrolled in one epoch, in two lives of the database; and one that a person has cut off by
-- its key alone, because the database had forgotten it, was enrolled in none: its epoch is 0.
ALTER TABLE devices DROP CONSTRAINT devices_pkey, DROP CONSTRAINT devices_public_key_key, ADD PRIMARY KEY (public_key);
CREATE INDEX devices_enrolled ON devices (restaurant, created);

-- +goose Down
DROP INDEX devices_enrolled;
DELETE FROM devices WHERE epoch = 0;
ALTER TABLE devices DROP CONSTRAINT devices_pkey, ADD PRIMARY KEY (restaurant, epoch), ADD UNIQUE (public_key);
