-- +goose Up

-- What a driver is to do by the last plan, bag after bag: the next plan begins with it, whichever core makes it.
CREATE TABLE routes (
	driver text PRIMARY KEY,
	at     timestamptz NOT NULL, -- of the plan
	until  timestamptz NOT NULL, -- when it will be done
	bags   json        NOT NULL  -- the ids of the orders of each, in the sequence of their doors
) WITH (fillfactor = 50);

-- +goose Down
DROP TABLE routes;
