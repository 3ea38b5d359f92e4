-- +goose Up

-- What a message needs to know of a desk and of its parties and groups, projected from triage's feed.
CREATE TABLE desks (
    desk            text NOT NULL PRIMARY KEY,
    display_name    text NOT NULL,
    language_code   text NOT NULL,
    authority_party text NOT NULL
);

CREATE TABLE units (
    desk         text NOT NULL,
    unit         text NOT NULL CHECK (unit LIKE 'parties/%'), -- as in audiences: "parties/netic/groups/drift"
    display_name text NOT NULL,
    PRIMARY KEY (desk, unit)
);

-- The ledger: one row per message, whatever becomes of it. It holds no address and no text: both are read when it is sent.
CREATE TABLE notifications (
    desk           text        NOT NULL,
    notification   uuid        NOT NULL, -- made from the event, the rule and the recipient; begins with the event's time
    ticket         text        NOT NULL,
    event_revision bigint      NOT NULL CHECK (event_revision >= 1),
    event_type     text        NOT NULL,
    rule           text        NOT NULL CHECK (rule <> ''),
    recipient      text        NOT NULL CHECK (recipient <> ''),
    template       text        NOT NULL CHECK (template <> ''),
    -- Whom and which party or group the message names.
    person         text        NOT NULL,
    unit           text        NOT NULL,
    ticket_status  smallint    NOT NULL, -- after the event; bavn.triage.v1.TicketStatus
    audience       text[]      NOT NULL,
    message_id     text        NOT NULL CHECK (message_id <> ''),
    journey_trace  bytea,
    journey_root   bytea,
    traceparent    text        NOT NULL,
    created_at     timestamptz NOT NULL,
    delivery       smallint    NOT NULL CHECK (delivery BETWEEN 1 AND 4), -- bavn.notify.v1.Delivery
    attempts       integer     NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    reason         text        NOT NULL DEFAULT '',
    language_code  text        NOT NULL DEFAULT '',
    queued_at      timestamptz NOT NULL, -- patience counts from here; a retry by hand sets it anew
    due_at         timestamptz NOT NULL, -- no attempt before; a claim moves it past the longest time a sender may take
    claimed_at     timestamptz,          -- an attempt began and has not been settled: after a crash the mail is in doubt
    settled_at     timestamptz,
    revision       bigint      NOT NULL DEFAULT 0 CHECK (revision >= 0), -- 0 while nothing was told of it in the feed
    chain_hash     bytea       NOT NULL DEFAULT '',
    last_event_at  timestamptz,
    PRIMARY KEY (desk, notification),
    CONSTRAINT told_once UNIQUE (desk, ticket, event_revision, rule, recipient),
    CONSTRAINT settled_says_when CHECK ((delivery = 1) = (settled_at IS NULL)),
    CONSTRAINT unsent_says_why CHECK (delivery NOT IN (3, 4) OR reason <> ''),
    CONSTRAINT only_a_queued_one_is_claimed CHECK (claimed_at IS NULL OR delivery = 1),
    CONSTRAINT chain_has_a_head CHECK (octet_length(chain_hash) = CASE WHEN revision = 0 THEN 0 ELSE 32 END)
);

-- What one person was sent, newest first.
CREATE INDEX notifications_of_recipient ON notifications (desk, recipient, notification DESC);

-- +goose Down
DROP TABLE notifications;
DROP TABLE units;
DROP TABLE desks;
