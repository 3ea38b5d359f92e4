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
    channel       smallint    NOT NULL CHECK (channel > 0),
    reporter      text        NOT NULL,
    affected_user text        NOT NULL,
    submitter     text        NOT NULL,
    external_ids  jsonb       NOT NULL DEFAULT '{}',
    importing     boolean     NOT NULL,
    received_at   timestamptz NOT NULL,
    request_id    uuid        NOT NULL,
    traceparent   text        NOT NULL,
    outcome       smallint    NOT NULL DEFAULT 0 CHECK (outcome BETWEEN 0 AND 1),
    settled_at    timestamptz,
    revision      bigint      NOT NULL CHECK (revision >= 1),
    chain_hash    bytea       NOT NULL CHECK (octet_length(chain_hash) = 32),
    last_event_at timestamptz NOT NULL,
    PRIMARY KEY (desk, submission),
    CONSTRAINT number_is_given_once UNIQUE (desk, number),
    CONSTRAINT outcome_is_settled_once CHECK ((outcome = 0) = (settled_at IS NULL))
);

-- +goose Down
DROP TABLE submissions;
DROP TABLE persons;
DROP TABLE desks;
