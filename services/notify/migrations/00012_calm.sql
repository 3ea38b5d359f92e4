-- +goose Up

-- Who hears of the P1 and P2 of a desk (R85). One who was taken off the list stays with no priorities: its events go on.
CREATE TABLE stakeholders (
    desk          text        NOT NULL,
    person        text        NOT NULL,
    priorities    text[]      NOT NULL,
    created_at    timestamptz NOT NULL,
    revision      bigint      NOT NULL DEFAULT 0,
    chain_hash    bytea       NOT NULL DEFAULT '',
    last_event_at timestamptz,
    PRIMARY KEY (desk, person)
);

-- How a person wants to be told. No row: by everything, at once, at any hour.
CREATE TABLE preferences (
    desk        text     NOT NULL,
    person      text     NOT NULL,
    muted       smallint[] NOT NULL DEFAULT '{}', -- media that do not reach them, bavn.notify.v1.Medium
    quiet_from  smallint NOT NULL DEFAULT 0 CHECK (quiet_from BETWEEN 0 AND 1439),  -- minutes of the desk's day
    quiet_until smallint NOT NULL DEFAULT 0 CHECK (quiet_until BETWEEN 0 AND 1439), -- equal: no quiet hours
    digest      boolean  NOT NULL DEFAULT false, -- one mail an hour instead of each by itself
    revision    bigint   NOT NULL CHECK (revision >= 1),
    PRIMARY KEY (desk, person)
);

-- Who follows a ticket that they may see.
CREATE TABLE watches (
    desk       text        NOT NULL,
    ticket     text        NOT NULL,
    person     text        NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (desk, ticket, person)
);
CREATE INDEX watches_of_person ON watches (desk, person, ticket DESC);

-- How fast a person is written to: when each message of the last hour was let out. Where a digest is being made, carrier is the
-- message that tells the others.
CREATE TABLE paces (
    desk      text          NOT NULL,
    recipient text          NOT NULL,
    let_out   timestamptz[] NOT NULL DEFAULT '{}',
    digest_at timestamptz,
    carrier   uuid,
    PRIMARY KEY (desk, recipient)
);

-- Messages beyond the cap, until the next digest tells them.
CREATE TABLE held_back (
    desk         text NOT NULL,
    recipient    text NOT NULL,
    notification uuid NOT NULL,
    PRIMARY KEY (desk, recipient, notification)
);

-- A desk whose messages somebody stopped. No row: they go out.
CREATE TABLE outboxes (
    desk          text        NOT NULL PRIMARY KEY,
    paused_at     timestamptz,
    paused_by     text        NOT NULL DEFAULT '',
    revision      bigint      NOT NULL DEFAULT 0,
    chain_hash    bytea       NOT NULL DEFAULT '',
    last_event_at timestamptz
);

-- +goose Down
DROP TABLE outboxes;
DROP TABLE held_back;
DROP TABLE paces;
DROP TABLE watches;
DROP TABLE preferences;
DROP TABLE stakeholders;
