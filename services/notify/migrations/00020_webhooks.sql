-- +goose Up

-- Systems that are told what a party may see. Secrets are sealed with the service's token keys.
CREATE TABLE webhooks (
    desk            text        NOT NULL,
    webhook         text        NOT NULL,
    display_name    text        NOT NULL,
    party           text        NOT NULL, -- id, relative to the desk
    url             text        NOT NULL,
    event_types     text[]      NOT NULL,
    personal_data   boolean     NOT NULL,
    state           smallint    NOT NULL CHECK (state BETWEEN 1 AND 3), -- bavn.notify.v1.WebhookState
    disable_reason  text        NOT NULL DEFAULT '',
    secret          bytea       NOT NULL,
    previous_secret bytea,
    overlap_ends_at timestamptz,
    created_at      timestamptz NOT NULL,
    -- How it answers: attempts that failed in a row, since when, and until when none is made.
    failures        integer     NOT NULL DEFAULT 0 CHECK (failures >= 0),
    failing_since   timestamptz,
    open_until      timestamptz,
    -- One job at a time sends to it, under a lease; another that comes meanwhile leaves word by `again`.
    leased_until    timestamptz,
    again           boolean     NOT NULL DEFAULT false,
    -- The job that comes back for what is due later.
    waiting_job     bigint,
    waiting_until   timestamptz,
    revision        bigint      NOT NULL CHECK (revision >= 1),
    chain_hash      bytea       NOT NULL,
    last_event_at   timestamptz NOT NULL,
    PRIMARY KEY (desk, webhook),
    CONSTRAINT failing_since_when CHECK ((failures = 0) = (failing_since IS NULL)),
    CONSTRAINT overlap_has_an_end CHECK ((previous_secret IS NULL) = (overlap_ends_at IS NULL))
);

-- What is, or was, sent to them: facts without texts.
CREATE TABLE webhook_deliveries (
    desk           text        NOT NULL,
    webhook        text        NOT NULL,
    delivery       uuid        NOT NULL, -- made from the event and the webhook; begins with the event's time
    resource       text        NOT NULL, -- relative to the desk: "tickets/ASCP00000042"
    event_revision bigint      NOT NULL,
    event_type     text        NOT NULL,
    body           bytea       NOT NULL,
    traceparent    text        NOT NULL,
    state          smallint    NOT NULL CHECK (state BETWEEN 1 AND 3), -- bavn.notify.v1.WebhookDeliveryState
    attempts       integer     NOT NULL DEFAULT 0,
    reason         text        NOT NULL DEFAULT '',
    created_at     timestamptz NOT NULL,
    queued_at      timestamptz NOT NULL, -- patience counts from here
    due_at         timestamptz NOT NULL,
    settled_at     timestamptz,
    PRIMARY KEY (desk, webhook, delivery),
    FOREIGN KEY (desk, webhook) REFERENCES webhooks,
    CONSTRAINT delivered_once UNIQUE (desk, webhook, resource, event_revision),
    CONSTRAINT settled_says_when CHECK ((state = 1) = (settled_at IS NULL))
);

CREATE INDEX webhook_deliveries_due ON webhook_deliveries (desk, webhook, due_at) WHERE state = 1;
CREATE INDEX webhook_deliveries_in_order ON webhook_deliveries (desk, webhook, resource, event_revision) WHERE state = 1;
CREATE INDEX webhook_deliveries_settled ON webhook_deliveries (settled_at) WHERE state <> 1;

-- +goose Down
DROP TABLE webhook_deliveries;
DROP TABLE webhooks;
