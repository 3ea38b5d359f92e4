-- +goose Up

-- The tools of the desks' parties that are told what happens to their tickets, projected from intake's feed: a stored
-- bavn.intake.v1.Connection, without secrets.
CREATE TABLE connections (
    desk       text    NOT NULL,
    connection text    NOT NULL,
    party      text    NOT NULL,
    told       boolean NOT NULL, -- it is of a kind that is told, and not at rest
    facts      bytea   NOT NULL,
    PRIMARY KEY (desk, connection)
);

-- The ledger of what tools are told: one row per event of a ticket, told in the order of the ticket's events. It holds no text.
CREATE TABLE tool_deliveries (
    desk           text        NOT NULL,
    connection     text        NOT NULL,
    ticket         text        NOT NULL,
    event_revision bigint      NOT NULL CHECK (event_revision >= 1),
    event_type     text        NOT NULL,
    unit           text        NOT NULL, -- for whom it was done, as in audiences
    ticket_status  smallint    NOT NULL, -- bavn.triage.v1.TicketStatus that the event led to; 0 where it changed none
    traceparent    text        NOT NULL,
    delivery       smallint    NOT NULL DEFAULT 1 CHECK (delivery BETWEEN 1 AND 3), -- bavn.notify.v1.Delivery
    attempts       integer     NOT NULL DEFAULT 0,
    reason         text        NOT NULL DEFAULT '',
    queued_at      timestamptz NOT NULL,
    due_at         timestamptz NOT NULL, -- no attempt before; a claim moves it past the longest time an attempt may take
    settled_at     timestamptz,
    PRIMARY KEY (desk, connection, ticket, event_revision),
    CONSTRAINT settled_says_when CHECK ((delivery = 1) = (settled_at IS NULL)),
    CONSTRAINT failed_says_why CHECK (delivery <> 3 OR reason <> '')
);
CREATE INDEX tool_deliveries_queued ON tool_deliveries (desk, connection, ticket, event_revision) WHERE delivery = 1;

-- Which issue stands for a ticket there (R34).
CREATE TABLE tool_issues (
    desk        text    NOT NULL,
    connection  text    NOT NULL,
    ticket      text    NOT NULL,
    external_id text    NOT NULL,
    recorded    boolean NOT NULL DEFAULT false, -- intake and triage know it too
    PRIMARY KEY (desk, connection, ticket)
);

-- A tool that does not answer is asked again by one ticket at a time, less and less often.
CREATE TABLE tool_pauses (
    desk       text        NOT NULL,
    connection text        NOT NULL,
    failures   integer     NOT NULL,
    until      timestamptz NOT NULL,
    PRIMARY KEY (desk, connection)
);

-- +goose Down
DROP TABLE tool_pauses;
DROP TABLE tool_issues;
DROP TABLE tool_deliveries;
DROP TABLE connections;
