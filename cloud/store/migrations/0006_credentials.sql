-- +goose Up

-- Until when a device's credential for the hub is good. A node that renews none ends up without a line, and head office sees it coming.
ALTER TABLE devices ADD COLUMN credential_until timestamptz;

-- +goose Down
ALTER TABLE devices DROP COLUMN credential_until;
