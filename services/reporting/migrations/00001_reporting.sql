-- +goose Up

-- Everything here is made from the feeds of the other services and can be made again from nothing.

-- Every event of every service, as it was stored there, so that its proof still holds here.
CREATE TABLE history (
    desk          text        NOT NULL,
    resource      text        NOT NULL,
    revision      bigint      NOT NULL CHECK (revision >= 1),
    source        text        NOT NULL,
    type          text        NOT NULL,
    audience      text[]      NOT NULL,
    stored        bytea       NOT NULL,
    hash          bytea       NOT NULL CHECK (octet_length(hash) = 32),
    previous_hash bytea       NOT NULL,
    recorded_at   timestamptz NOT NULL,
    PRIMARY KEY (desk, resource, revision)
);

-- Texts of events while they exist (R147).
CREATE TABLE history_texts (
    desk          text   NOT NULL,
    resource      text   NOT NULL,
    revision      bigint NOT NULL,
    name          text   NOT NULL,
    language_code text   NOT NULL,
    salt          bytea,
    text          text,
    PRIMARY KEY (desk, resource, revision, name),
    CONSTRAINT salt_goes_with_its_text CHECK ((salt IS NULL) = (text IS NULL))
);

-- Who may see a ticket, and where its journey trace is.
CREATE TABLE tickets (
    desk     text   NOT NULL,
    ticket   text   NOT NULL,
    audience text[] NOT NULL,
    trace_id text   NOT NULL,
    revision bigint NOT NULL,
    PRIMARY KEY (desk, ticket)
);

-- One row per step of a ticket: an import row with all its events, or one life-cycle event. It holds the state after the step.
CREATE TABLE steps (
    desk       text        NOT NULL,
    ticket     text        NOT NULL,
    step       text        NOT NULL,
    revision   bigint      NOT NULL CHECK (revision >= 1),
    at         timestamptz NOT NULL,
    status     smallint    NOT NULL CHECK (status BETWEEN 1 AND 10),
    sub_status text        NOT NULL,
    party      text        NOT NULL,
    grp        text        NOT NULL,
    assignee   text        NOT NULL,
    impact     smallint    NOT NULL,
    reopened   boolean     NOT NULL,
    PRIMARY KEY (desk, ticket, step)
);

-- Names and support lines of groups.
CREATE TABLE groups (
    desk         text     NOT NULL,
    party        text     NOT NULL,
    grp          text     NOT NULL,
    display_name text     NOT NULL,
    level        smallint NOT NULL CHECK (level BETWEEN 1 AND 3),
    PRIMARY KEY (desk, party, grp)
);

-- +goose Down
DROP TABLE groups;
DROP TABLE steps;
DROP TABLE tickets;
DROP TABLE history_texts;
DROP TABLE history;
