-- +goose Up

-- What a device is to its restaurant now. The hub refuses all but the current one.
ALTER TABLE devices
	ADD COLUMN state   text        NOT NULL DEFAULT 'current' CHECK (state IN ('current', 'fenced', 'revoked')),
	ADD COLUMN changed timestamptz NOT NULL DEFAULT now();
UPDATE devices d SET state = 'fenced' WHERE NOT EXISTS (SELECT FROM edge_link l WHERE l.edge = d.restaurant AND l.device = d.public_key);
CREATE UNIQUE INDEX devices_current ON devices (restaurant) WHERE state = 'current';
CREATE INDEX devices_refused ON devices (public_key) WHERE state <> 'current';

-- A command that nobody had answered when an epoch began is given anew, under another number. The old row counts as answered by nobody.
ALTER TABLE edge_commands
	ADD COLUMN again text NOT NULL DEFAULT '', -- id of the first command that this one repeats
	ADD COLUMN anew  bigint;                   -- number under which this one was repeated
CREATE INDEX edge_commands_unanswered ON edge_commands (edge, cmd_seq) WHERE answered IS NULL;

-- The life of a node (its boot) that began the link's epoch.
ALTER TABLE edge_link ADD COLUMN boot text NOT NULL DEFAULT '';

-- Lives of nodes that found another history here. One that comes back after another has come was alive all the time: two nodes.
CREATE TABLE edge_boots (
	edge    text        NOT NULL,
	boot    text        NOT NULL,
	epoch   bigint      NOT NULL DEFAULT 0, -- the last event here that it knows of
	seq     bigint      NOT NULL DEFAULT 0,
	until   timestamptz,                    -- when that one was received; NULL: it knows of none
	asked   timestamptz NOT NULL,
	renewed timestamptz,                    -- when it last began an epoch
	PRIMARY KEY (edge, boot)
);
CREATE INDEX edge_boots_asked ON edge_boots (asked);

-- How the database came to be what it is: every rise of the counter, and why.
ALTER TABLE history ADD COLUMN changed timestamptz NOT NULL DEFAULT now(), ADD COLUMN why text NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE history DROP COLUMN changed, DROP COLUMN why;
DROP TABLE edge_boots;
ALTER TABLE edge_link DROP COLUMN boot;
DROP INDEX edge_commands_unanswered;
ALTER TABLE edge_commands DROP COLUMN again, DROP COLUMN anew;
DROP INDEX devices_refused, devices_current;
ALTER TABLE devices DROP COLUMN state, DROP COLUMN changed;
