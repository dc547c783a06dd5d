-- +goose Up

-- By these, what has been kept for long enough is found without reading what has not: see tidy.go.
CREATE INDEX alerts_cleared ON alerts (cleared) WHERE cleared IS NOT NULL;
CREATE INDEX edge_commands_answered ON edge_commands (answered) WHERE answered IS NOT NULL;

-- +goose Down
DROP INDEX alerts_cleared, edge_commands_answered;
