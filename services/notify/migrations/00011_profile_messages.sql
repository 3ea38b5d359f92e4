-- +goose Up

-- What a message needs that a desk's profile asks for.
ALTER TABLE notifications
    ADD COLUMN profile_version text     NOT NULL DEFAULT '', -- whose template it is; empty for one of our own
    ADD COLUMN own_number      text     NOT NULL DEFAULT '', -- the case's number at the desk that reported it (R13)
    ADD COLUMN about           text     NOT NULL DEFAULT '', -- the recipient's own ticket, where that is another: a linked inquiry (R19)
    ADD COLUMN sight           smallint NOT NULL DEFAULT 2,  -- domain.Sight: what of the ticket the words may show the recipient
    ADD COLUMN urgent          boolean  NOT NULL DEFAULT false, -- no cap, quiet hours or digest holds it back
    ADD COLUMN withdrawn       boolean  NOT NULL DEFAULT false, -- since restricted to others before it was sent (R149)
    ADD COLUMN letter          uuid,                         -- words that a person wrote
    ADD COLUMN digest          uuid;                         -- the message that told this one with others
ALTER TABLE notifications DROP CONSTRAINT notifications_delivery_check;
ALTER TABLE notifications ADD CONSTRAINT delivery_is_known CHECK (delivery BETWEEN 1 AND 5) NOT VALID;

CREATE INDEX notifications_of_digest ON notifications (desk, digest) WHERE digest IS NOT NULL;

ALTER TABLE desks ADD COLUMN time_zone text NOT NULL DEFAULT 'UTC';

-- Words that a person wrote to somebody, in one language. They go when the ticket's texts are erased (R147).
CREATE TABLE letters (
    desk       text        NOT NULL,
    letter     uuid        NOT NULL,
    ticket     text        NOT NULL,
    author     text        NOT NULL,
    subject    text        NOT NULL,
    body       text        NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (desk, letter)
);
CREATE INDEX letters_of_ticket ON letters (desk, ticket);

-- What the profile wants a person to say (R78): one row per event and rule, until somebody sends it or lets it be.
CREATE TABLE proposals (
    desk            text        NOT NULL,
    proposal        uuid        NOT NULL,
    ticket          text        NOT NULL,
    event_revision  bigint      NOT NULL CHECK (event_revision >= 1),
    event_type      text        NOT NULL,
    rule            text        NOT NULL CHECK (rule <> ''),
    template        text        NOT NULL CHECK (template <> ''),
    profile_version text        NOT NULL,
    media           smallint[]  NOT NULL CHECK (cardinality(media) >= 1),
    recipients      text[]      NOT NULL CHECK (cardinality(recipients) >= 1),
    sights          smallint[]  NOT NULL, -- beside the recipients
    own_number      text        NOT NULL,
    person          text        NOT NULL,
    unit            text        NOT NULL,
    party           text        NOT NULL,
    ticket_status   smallint    NOT NULL,
    audience        text[]      NOT NULL, -- the parties that see the ticket: who may send it
    journey_trace   bytea,
    journey_root    bytea,
    traceparent     text        NOT NULL,
    created_at      timestamptz NOT NULL,
    state           smallint    NOT NULL CHECK (state BETWEEN 1 AND 4), -- bavn.notify.v1.ProposalState
    decided_by      text        NOT NULL DEFAULT '',
    decided_at      timestamptz,
    revision        bigint      NOT NULL DEFAULT 0,
    chain_hash      bytea       NOT NULL DEFAULT '',
    last_event_at   timestamptz,
    PRIMARY KEY (desk, proposal)
);
CREATE INDEX proposals_of_ticket ON proposals (desk, ticket, proposal DESC);
CREATE INDEX proposals_open ON proposals (desk, proposal DESC) WHERE state = 1;

-- +goose Down
DROP TABLE proposals;
DROP TABLE letters;
DROP INDEX notifications_of_digest;
ALTER TABLE desks DROP COLUMN time_zone;
ALTER TABLE notifications DROP CONSTRAINT delivery_is_known;
ALTER TABLE notifications ADD CONSTRAINT notifications_delivery_check CHECK (delivery BETWEEN 1 AND 4);
ALTER TABLE notifications DROP COLUMN profile_version, DROP COLUMN own_number, DROP COLUMN about, DROP COLUMN sight,
    DROP COLUMN urgent, DROP COLUMN withdrawn, DROP COLUMN letter, DROP COLUMN digest;
