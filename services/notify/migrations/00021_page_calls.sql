-- +goose Up

-- Pages as triage tells of them: whether and in which turn somebody is called.
CREATE TABLE pages (
    desk     text     NOT NULL,
    page     uuid     NOT NULL,
    ticket   text     NOT NULL, -- number
    state    smallint NOT NULL, -- bavn.triage.v1.PageState
    turn     integer  NOT NULL,
    revision bigint   NOT NULL, -- of the page's last event that was heard
    audience text[]   NOT NULL,
    PRIMARY KEY (desk, page)
);

CREATE INDEX pages_calling ON pages (desk) WHERE state = 1;

-- How each of them was called: one row for each turn, contact and medium. It holds no number and no address.
CREATE TABLE page_calls (
    desk         text        NOT NULL,
    page         uuid        NOT NULL,
    call         uuid        NOT NULL,
    turn         integer     NOT NULL CHECK (turn >= 1),
    called       text        NOT NULL, -- "contacts/spoc", "persons/mette"
    medium       smallint    NOT NULL CHECK (medium BETWEEN 1 AND 5), -- bavn.notify.v1.Medium
    delivery     smallint    NOT NULL CHECK (delivery BETWEEN 1 AND 4), -- bavn.notify.v1.Delivery
    attempts     integer     NOT NULL DEFAULT 0,
    reason       text        NOT NULL DEFAULT '',
    provider_ref text        NOT NULL DEFAULT '', -- by which a call that rings can be ended
    traceparent  text        NOT NULL,
    created_at   timestamptz NOT NULL,
    due_at       timestamptz NOT NULL,
    claimed_at   timestamptz,
    settled_at   timestamptz,
    PRIMARY KEY (desk, page, call),
    CONSTRAINT called_once_a_turn UNIQUE (desk, page, turn, called, medium),
    CONSTRAINT settled_says_when CHECK ((delivery = 1) = (settled_at IS NULL))
);

-- +goose Down
DROP TABLE page_calls;
DROP TABLE pages;
