-- +goose Up

-- By how much a kitchen's forecasts were off that it gave when orders came to a stage. Older misses fade; one row for each stage of a restaurant.
CREATE TABLE forecast_misses (
	restaurant text             NOT NULL,
	kitchen    text             NOT NULL,
	misses     double precision NOT NULL CHECK (misses > 0),
	seconds    double precision NOT NULL CHECK (seconds >= 0), -- of all of them
	PRIMARY KEY (restaurant, kitchen)
);
