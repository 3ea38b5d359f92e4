-- +goose Up

-- What intake needs to know of a desk, projected from triage's feed.
CREATE TABLE desks (
    desk            text     NOT NULL PRIMARY KEY,
    number_prefix   text     NOT NULL CHECK (number_prefix ~ '^[A-Z][A-Z0-9-]{0,11}$'),
    number_digits   smallint NOT NULL CHECK (number_digits BETWEEN 4 AND 12),
    authority_party text     NOT NULL,
    contact_party   text     NOT NULL,
    language_code   text     NOT NULL
);

-- Contact data of persons; the only place where it is kept, so erasing it here erases it (R147).
CREATE TABLE persons (
    desk            text        NOT NULL,
    person          text        NOT NULL CHECK (person ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
    display_name    text        NOT NULL CHECK (display_name <> ''),
    email           text        NOT NULL DEFAULT '',
    phone           text        NOT NULL DEFAULT '' CHECK (phone = '' OR phone ~ '^\+[1-9][0-9]{5,14}$'),
    language_code   text        NOT NULL DEFAULT '',
    office          text        NOT NULL DEFAULT '',
    username        text        NOT NULL DEFAULT '',
    department      text        NOT NULL DEFAULT '',
    organisation_id text        NOT NULL DEFAULT '',
    revision        bigint      NOT NULL CHECK (revision >= 1),
    chain_hash      bytea       NOT NULL CHECK (octet_length(chain_hash) = 32),
    last_event_at   timestamptz NOT NULL,
    PRIMARY KEY (desk, person)
);

-- Every contact, as it came, with exactly one outcome. Title and description are texts of the first event.
CREATE TABLE submissions (
    desk          text        NOT NULL,
    submission    uuid        NOT NULL,
    number        text        NOT NULL,
    channel       smallint    NOT NULL,
    reporter      text        NOT NULL,
    affected_user text        NOT NULL,
    submitter     text        NOT NULL,
    external_ids  jsonb       NOT NULL DEFAULT '{}',
    importing     boolean     NOT NULL,
    received_at   timestamptz NOT NULL,
    request_id    uuid        NOT NULL,
    traceparent   text        NOT NULL,
    outcome       smallint    NOT NULL DEFAULT 0,
    settled_at    timestamptz,
    revision      bigint      NOT NULL,
    chain_hash    bytea       NOT NULL,
    last_event_at timestamptz NOT NULL,
    PRIMARY KEY (desk, submission),
    CONSTRAINT number_is_given_once UNIQUE (desk, number)
);

-- The rules of a submission, in place of CHECKs, which every statement would parse anew (docs/adr/0012).
-- +goose StatementBegin
CREATE FUNCTION submission_is_legal() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    broken text := CASE
        WHEN NOT (NEW.channel > 0) THEN 'channel_is_known'
        WHEN NOT (NEW.outcome BETWEEN 0 AND 1) THEN 'outcome_exists'
        WHEN NOT ((NEW.outcome = 0) = (NEW.settled_at IS NULL)) THEN 'outcome_is_settled_once'
        WHEN NOT (NEW.revision >= 1 AND octet_length(NEW.chain_hash) = 32) THEN 'chain_has_a_head'
    END;
BEGIN
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION 'submission % breaks %', NEW.submission, broken
            USING ERRCODE = 'check_violation', CONSTRAINT = broken, TABLE = TG_TABLE_NAME, SCHEMA = TG_TABLE_SCHEMA;
    END IF;
    RETURN NEW;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER submission_is_legal BEFORE INSERT OR UPDATE ON submissions
    FOR EACH ROW EXECUTE FUNCTION submission_is_legal();

-- +goose Down
DROP TABLE submissions;
DROP FUNCTION submission_is_legal;
DROP TABLE persons;
DROP TABLE desks;
