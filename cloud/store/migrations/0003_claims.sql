-- +goose Up

-- A used code stays until it expires, with the key it was used for: a node whose answer was lost asks again and is told the same.
ALTER TABLE enrolment_codes ADD COLUMN used_by text NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE enrolment_codes DROP COLUMN used_by;
