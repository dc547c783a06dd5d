-- +goose Up

-- How ingredients stand in a restaurant, as its node said last; doc is an event.StockLevel.
CREATE TABLE stock_levels (
	restaurant text        NOT NULL,
	ingredient text        NOT NULL,
	doc        json        NOT NULL,
	as_of      timestamptz NOT NULL, -- by the restaurant's clock
	PRIMARY KEY (restaurant, ingredient)
);

-- What is off a restaurant's menu; doc is an event.ProductSoldOut. One whose until has passed is on again: its node says so later.
CREATE TABLE stock_off (
	restaurant text        NOT NULL,
	kind       text        NOT NULL,
	id         text        NOT NULL,
	doc        json        NOT NULL,
	until      timestamptz,
	PRIMARY KEY (restaurant, kind, id)
);

-- +goose Down
DROP TABLE stock_off;
DROP TABLE stock_levels;
