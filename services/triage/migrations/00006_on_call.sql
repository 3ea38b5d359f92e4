-- +goose Up

-- What is asked for across a desk: who must still be phoned about (R7, R17), and whom nobody has answered for (R58).
ALTER TABLE tickets
    ADD COLUMN calls_due boolean NOT NULL DEFAULT false,
    ADD COLUMN escalation_open boolean NOT NULL DEFAULT false;
CREATE INDEX tickets_calls_due ON tickets (desk, number) WHERE calls_due;
CREATE INDEX tickets_escalation_open ON tickets (desk, number) WHERE escalation_open;

-- Who stands in for those on duty (R67). They are never deleted: who was to be called last month can still be told.
CREATE TABLE shifts (
    desk          text        NOT NULL REFERENCES desks,
    shift         uuid        NOT NULL,
    plan          text        NOT NULL,
    instead_of    text        NOT NULL,
    person        text        NOT NULL,
    contact       text        NOT NULL,
    start_time    timestamptz NOT NULL,
    end_time      timestamptz NOT NULL,
    creator       text        NOT NULL,
    create_time   timestamptz NOT NULL,
    cancel_time   timestamptz,
    revision      bigint      NOT NULL CHECK (revision >= 1),
    chain_hash    bytea       NOT NULL CHECK (octet_length(chain_hash) = 32),
    last_event_at timestamptz NOT NULL,
    PRIMARY KEY (desk, shift),
    CONSTRAINT shift_is_a_window CHECK (end_time > start_time),
    CONSTRAINT somebody_stands_in CHECK ((person <> '') <> (contact <> ''))
);
CREATE INDEX shifts_to_come ON shifts (desk, end_time) WHERE cancel_time IS NULL;

-- When a contact of the profile was last found to be right. The contacts themselves are the profile's.
CREATE TABLE contact_verifications (
    desk          text        NOT NULL REFERENCES desks,
    contact       text        NOT NULL COLLATE "C",
    verified_by   text        NOT NULL CHECK (verified_by LIKE 'persons/%'),
    verify_time   timestamptz NOT NULL,
    revision      bigint      NOT NULL CHECK (revision >= 1),
    chain_hash    bytea       NOT NULL CHECK (octet_length(chain_hash) = 32),
    last_event_at timestamptz NOT NULL,
    PRIMARY KEY (desk, contact)
);

-- Calls to those on duty. A page is a bavn.triage.v1.Page; what is beside it is what is looked for.
CREATE TABLE pages (
    desk          text        NOT NULL REFERENCES desks,
    page          uuid        NOT NULL,
    ticket        text        NOT NULL,
    state         smallint    NOT NULL CHECK (state BETWEEN 1 AND 3),
    turn          integer     NOT NULL CHECK (turn >= 1),
    next_time     timestamptz,
    audience      text[]      NOT NULL,
    facts         bytea       NOT NULL,
    revision      bigint      NOT NULL CHECK (revision >= 1),
    chain_hash    bytea       NOT NULL CHECK (octet_length(chain_hash) = 32),
    last_event_at timestamptz NOT NULL,
    PRIMARY KEY (desk, page),
    -- Who is being called has a time at which the next one is; nobody else has.
    CONSTRAINT calling_goes_on CHECK ((state = 1) = (next_time IS NOT NULL))
);
CREATE INDEX pages_of_ticket ON pages (desk, ticket, page);
CREATE INDEX pages_calling ON pages (desk, page) WHERE state = 1;

-- +goose Down
DROP TABLE pages;
DROP TABLE contact_verifications;
DROP TABLE shifts;
ALTER TABLE tickets DROP COLUMN calls_due, DROP COLUMN escalation_open;
