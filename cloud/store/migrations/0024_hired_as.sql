-- +goose Up

-- SHA-256 of how a driver was registered: what was changed since does not make a repeated request another one. Null: registered before this was kept.
ALTER TABLE drivers ADD COLUMN hired_as bytea CHECK (length(hired_as) = 32);

-- +goose Down
ALTER TABLE drivers DROP COLUMN hired_as;
