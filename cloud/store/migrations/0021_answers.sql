-- +goose Up

-- A trip is answered by one act, which has a name of the phone's own: said again, because an answer was lost, it is the same act. A core of the
-- time before, and a phone that answers door by door, give it none.
ALTER TABLE offers ADD COLUMN act text NOT NULL DEFAULT '' CHECK (length(act) <= 200);
CREATE INDEX offers_of_trip ON offers (coalesce(trip, id));

-- +goose Down
DROP INDEX offers_of_trip;
ALTER TABLE offers DROP COLUMN act;
