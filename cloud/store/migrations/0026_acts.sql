-- +goose Up

-- What people did in the chain's name. A line is never changed; it goes when it is old.
CREATE TABLE acts (
	n              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	at             timestamptz NOT NULL,
	role           text        NOT NULL CHECK (role IN ('staff', 'local', 'driver', 'counter', 'node', 'settings')),
	who            text        NOT NULL DEFAULT '',
	who_restaurant text        NOT NULL DEFAULT '',
	what           text        NOT NULL CHECK (what <> ''),
	kind           text        NOT NULL DEFAULT '' CHECK (kind IN ('', 'order', 'driver', 'restaurant')),
	subject        text        NOT NULL DEFAULT '',
	label          text        NOT NULL DEFAULT '',
	restaurant     text        NOT NULL DEFAULT '',
	outcome        text        NOT NULL CHECK (outcome IN ('done', 'refused', 'failed')),
	code           text        NOT NULL DEFAULT '',
	changes        json        NOT NULL DEFAULT '[]',
	request        text        NOT NULL DEFAULT ''
);
CREATE INDEX acts_at ON acts (at);
CREATE INDEX acts_subject ON acts (subject, n);
CREATE INDEX acts_restaurant ON acts (restaurant, n);

-- +goose StatementBegin
CREATE FUNCTION acts_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF TG_OP = 'DELETE' AND OLD.at < now() - interval '399 days' THEN
		RETURN OLD;
	END IF;
	RAISE EXCEPTION 'the log of acts is not changed' USING ERRCODE = 'restrict_violation';
END $$;
-- +goose StatementEnd
CREATE TRIGGER acts_stay BEFORE UPDATE OR DELETE ON acts FOR EACH ROW EXECUTE FUNCTION acts_stay();
CREATE TRIGGER acts_stay_all BEFORE TRUNCATE ON acts FOR EACH STATEMENT EXECUTE FUNCTION acts_stay();

-- Why a place to wait is suggested, as keys with values: pages say them in their language. because says the same in English.
ALTER TABLE waits ADD COLUMN reasons json NOT NULL DEFAULT '[]';

-- +goose Down
ALTER TABLE waits DROP COLUMN reasons;
DROP TABLE acts;
DROP FUNCTION acts_stay;
