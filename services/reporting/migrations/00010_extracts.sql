-- +goose Up

-- What is kept when the read model is made again: an edition says what was true when it was taken, and no feed can tell that twice.

-- Desks whose extracts are taken. An edition, and a case that becomes restricted, both lock their desk's row: one sees the other.
CREATE TABLE extract_desks (
    desk            text   NOT NULL PRIMARY KEY,
    display_name    text   NOT NULL,
    language_code   text   NOT NULL,
    -- Triage's events that were known when the read model was last emptied: until as many are known again, nothing is taken.
    awaited_events  bigint NOT NULL DEFAULT 0,
    -- The profile in force as triage last served it, bavn.profile.v1.Profile; empty before.
    profile_version text   NOT NULL DEFAULT '',
    profile         bytea  NOT NULL DEFAULT ''
);

-- One extract as it was taken. turn is the day that it is due on, by the desk's calendar: there is one edition per turn.
CREATE TABLE extract_editions (
    desk            text        NOT NULL,
    extract         text        NOT NULL,
    turn            date        NOT NULL,
    taken_at        timestamptz NOT NULL,
    profile_version text        NOT NULL,
    PRIMARY KEY (desk, extract, turn)
);

-- Its cases. No text and no person: a row outlives every erasure.
CREATE TABLE extract_rows (
    desk             text        NOT NULL,
    extract          text        NOT NULL,
    turn             date        NOT NULL,
    ticket           text        NOT NULL,
    revision         bigint      NOT NULL, -- of the ticket when the edition was taken
    status           smallint    NOT NULL,
    priority         text        NOT NULL,
    category         text        NOT NULL,
    holder_party     text        NOT NULL,
    owner_party      text        NOT NULL,
    business_service text        NOT NULL,
    submitted_at     timestamptz NOT NULL,
    age_days         integer     NOT NULL,
    release_at       timestamptz,
    PRIMARY KEY (desk, extract, turn, ticket),
    FOREIGN KEY (desk, extract, turn) REFERENCES extract_editions
);

-- For a case that becomes restricted.
CREATE INDEX extract_rows_ticket ON extract_rows (desk, ticket);

-- +goose Down
DROP TABLE extract_rows;
DROP TABLE extract_editions;
DROP TABLE extract_desks;
