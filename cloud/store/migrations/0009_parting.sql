-- +goose Up

-- Since when the database has all that a device has which is gone, by the device's own word, and which incarnation that was said to.
ALTER TABLE devices ADD COLUMN all_here timestamptz, ADD COLUMN all_inc text NOT NULL DEFAULT '';

-- Orders that came with a device which is gone. The restaurant's present one is brought those that are open when all of the device is here.
CREATE TABLE edge_owed (
	edge     text        NOT NULL,
	device   text        NOT NULL,
	order_id uuid        NOT NULL,
	as_of    timestamptz NOT NULL, -- of the order then: whoever speaks of it makes it another
	PRIMARY KEY (edge, device, order_id)
);

-- +goose Down
DROP TABLE edge_owed;
ALTER TABLE devices DROP COLUMN all_here, DROP COLUMN all_inc;
