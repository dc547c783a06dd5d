-- +goose Up

-- Incarnation of the database in which the link's epoch began, or which the node has confirmed since: see escrow.Purse. Another one than the
-- present says that nobody knows what was sold from the epoch's shares.
ALTER TABLE edge_link ADD COLUMN life text NOT NULL DEFAULT '';

-- What the cloud may sell of a restaurant's ingredients: an escrow.Purse each. Of what has no row it sells without limit. A row of another epoch
-- than the link's is empty. Rows are locked after their edge_link and before orders.
CREATE TABLE stock_purses (
	restaurant text   NOT NULL,
	ingredient text   NOT NULL CHECK (ingredient <> ''),
	epoch      bigint NOT NULL CHECK (epoch > 0),
	lent       bigint NOT NULL CHECK (lent >= 0),
	sold       bigint NOT NULL CHECK (sold >= 0),
	returned   bigint NOT NULL CHECK (returned >= 0),
	PRIMARY KEY (restaurant, ingredient),
	CHECK (sold + returned <= lent)
);

-- Orders that were sold from shares and that their restaurants have not been offered yet: cancelled, they give back what they took.
CREATE TABLE stock_sales (
	order_id   uuid PRIMARY KEY,
	restaurant text        NOT NULL,
	epoch      bigint      NOT NULL CHECK (epoch > 0),
	sold       json        NOT NULL, -- by ingredient
	at         timestamptz NOT NULL
);

-- +goose Down
DROP TABLE stock_sales;
DROP TABLE stock_purses;
ALTER TABLE edge_link DROP COLUMN life;
