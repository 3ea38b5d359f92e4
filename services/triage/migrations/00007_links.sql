-- +goose Up

-- Which tickets are linked to a ticket, for who stands at the other end: a ticket with thousands of inquiries does not carry them in
-- its facts (R19). Written with the ticket that has the link; no foreign key, because its check would lock the other ticket.
CREATE TABLE ticket_links (
    desk    text     NOT NULL REFERENCES desks,
    -- The ticket that is linked to.
    other   text     NOT NULL COLLATE "C",
    -- As bavn.triage.v1.LinkKind.
    kind    smallint NOT NULL,
    -- The ticket that has the link.
    number  text     NOT NULL COLLATE "C",
    -- The revision of the other up to which what happened to it was carried over.
    carried bigint   NOT NULL CHECK (carried >= 0),
    PRIMARY KEY (desk, other, kind, number)
);
CREATE INDEX ticket_links_of ON ticket_links (desk, number, kind);

-- Fixes that are planned and not released (R82, R83), as a calendar.
CREATE TABLE pending_releases (
    desk         text        NOT NULL REFERENCES desks,
    number       text        NOT NULL COLLATE "C",
    release_time timestamptz NOT NULL,
    PRIMARY KEY (desk, number)
);
CREATE INDEX pending_releases_by_time ON pending_releases (desk, release_time, number);

-- Configuration items (R126). What an item depends on may be brought over after it, and in a ring.
CREATE TABLE configuration_items (
    desk             text        NOT NULL REFERENCES desks,
    item             text        NOT NULL COLLATE "C" CHECK (item ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
    display_name     text        NOT NULL CHECK (display_name <> ''),
    kind             text        NOT NULL,
    business_service text        NOT NULL,
    depends_on       text[]      NOT NULL,
    update_time      timestamptz NOT NULL,
    revision         bigint      NOT NULL CHECK (revision >= 1),
    chain_hash       bytea       NOT NULL CHECK (octet_length(chain_hash) = 32),
    last_event_at    timestamptz NOT NULL,
    PRIMARY KEY (desk, item)
);

-- Which tickets are about an item.
CREATE TABLE ticket_items (
    desk   text NOT NULL REFERENCES desks,
    item   text NOT NULL COLLATE "C",
    number text NOT NULL COLLATE "C",
    PRIMARY KEY (desk, item, number)
);

-- +goose Down
DROP TABLE ticket_items;
DROP TABLE configuration_items;
DROP TABLE pending_releases;
DROP TABLE ticket_links;
