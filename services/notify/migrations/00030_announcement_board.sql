-- +goose Up

-- What is on a desk's announcement board, or will be, or was (R87, R88).
CREATE TABLE announcements (
    desk          text        NOT NULL,
    announcement  text        NOT NULL,
    state         smallint    NOT NULL, -- bavn.notify.v1.AnnouncementState
    ticket        text        NOT NULL, -- the number; empty without one
    facts         bytea       NOT NULL, -- bavn.notify.v1.Announcement, its words included: whoever erases them changes this row
    audience      text[]      NOT NULL, -- who sees it before it is published
    complete_time timestamptz,
    revision      bigint      NOT NULL,
    chain_hash    bytea       NOT NULL,
    last_event_at timestamptz NOT NULL,
    PRIMARY KEY (desk, announcement)
);
CREATE INDEX announcements_on_board ON announcements (desk, state, complete_time) WHERE state IN (3, 4);
CREATE INDEX announcements_of_ticket ON announcements (desk, ticket) WHERE ticket <> '';

-- What the desk's profile wants announced of a ticket: by whom, and when they are reminded next. The generation moves whenever the
-- timer is set or cleared.
CREATE TABLE announcement_duties (
    desk          text        NOT NULL,
    ticket        text        NOT NULL,
    profile       text        NOT NULL, -- version that says so
    rule          text        NOT NULL, -- of the profile's announcement rules; empty while none holds
    party         text        NOT NULL, -- responsible, relative to the desk
    grp           text        NOT NULL, -- its group that has the ticket, or empty
    assignee      text        NOT NULL, -- who works on it there, or empty
    solved        boolean     NOT NULL,
    announced_at  timestamptz, -- when the public last heard of it
    due_at        timestamptz, -- of the next reminder; null for none
    generation    bigint      NOT NULL,
    audience      text[]      NOT NULL, -- who sees the ticket
    PRIMARY KEY (desk, ticket)
);

-- Tickets that were restricted since (R149): nothing public says that they are there.
CREATE TABLE restricted_tickets (
    desk   text NOT NULL,
    ticket text NOT NULL,
    PRIMARY KEY (desk, ticket)
);

-- The profile that each desk follows, as triage last served it.
CREATE TABLE desk_profiles (
    desk     text  NOT NULL PRIMARY KEY,
    version  text  NOT NULL,
    settings bytea NOT NULL -- bavn.profile.v1.Profile
);

-- Who is written to about a board. The address is kept here and nowhere else, and goes with the row.
CREATE TABLE board_subscriptions (
    desk          text        NOT NULL,
    subscription  uuid        NOT NULL,
    email         text        NOT NULL CHECK (email = lower(email)),
    services      text[]      NOT NULL, -- empty for all
    language_code text        NOT NULL,
    asked_at      timestamptz NOT NULL,
    asked         bigint      NOT NULL, -- how often; counts the mails that ask
    confirmed_at  timestamptz,
    PRIMARY KEY (desk, subscription),
    CONSTRAINT board_subscribed_once UNIQUE (desk, email)
);

-- What a message is about that is about no ticket's event, relative to the desk: "announcements/fmk-down". Empty for the others.
ALTER TABLE notifications ADD COLUMN topic text NOT NULL DEFAULT '';
ALTER TABLE notifications ADD CONSTRAINT told_once_of_each UNIQUE (desk, ticket, event_revision, rule, recipient, medium, topic);
ALTER TABLE notifications DROP CONSTRAINT told_once_by_each_medium;

-- +goose Down
ALTER TABLE notifications ADD CONSTRAINT told_once_by_each_medium UNIQUE (desk, ticket, event_revision, rule, recipient, medium);
ALTER TABLE notifications DROP CONSTRAINT told_once_of_each;
ALTER TABLE notifications DROP COLUMN topic;
DROP TABLE board_subscriptions;
DROP TABLE desk_profiles;
DROP TABLE restricted_tickets;
DROP TABLE announcement_duties;
DROP TABLE announcements;
