-- +goose Up

-- The tools of a desk's parties. The facts are one stored bavn.intake.v1.Connection, without secrets (docs/adr/0003, 0036).
CREATE TABLE connections (
    desk          text        NOT NULL,
    connection    text        NOT NULL CHECK (connection ~ '^[a-z][a-z0-9-]{0,40}$'),
    party         text        NOT NULL,
    facts         bytea       NOT NULL,
    revision      bigint      NOT NULL CHECK (revision >= 1),
    chain_hash    bytea       NOT NULL CHECK (octet_length(chain_hash) = 32),
    last_event_at timestamptz NOT NULL,
    PRIMARY KEY (desk, connection)
);

-- What a tool signs with, sealed. At most two are good at a time: the newest, and the one before it until it expires.
CREATE TABLE connection_secrets (
    desk       text        NOT NULL,
    connection text        NOT NULL,
    request_id uuid        NOT NULL, -- of the call that made it
    sealed     text        NOT NULL,
    made_at    timestamptz NOT NULL,
    expires_at timestamptz,
    PRIMARY KEY (desk, connection, request_id),
    FOREIGN KEY (desk, connection) REFERENCES connections
);
CREATE UNIQUE INDEX one_newest_secret ON connection_secrets (desk, connection) WHERE expires_at IS NULL;

-- What a tool's number stands for (R34), and how far what it says has been followed.
CREATE TABLE tool_issues (
    desk        text        NOT NULL,
    connection  text        NOT NULL,
    external_id text        NOT NULL,                  -- an issue's number; of an alarm, what tells it from others
    ticket      text        NOT NULL DEFAULT '',       -- the number; '' while nothing is known to belong to it
    heard_at    timestamptz NOT NULL DEFAULT 'epoch',  -- when the newest thing was said that was followed; nothing older changes anything
    quiet_at    timestamptz,                           -- since when an alarm is quiet
    busy_until  timestamptz NOT NULL DEFAULT 'epoch',  -- one delivery about it is followed at a time
    PRIMARY KEY (desk, connection, external_id),
    FOREIGN KEY (desk, connection) REFERENCES connections
);

-- +goose Down
DROP TABLE tool_issues;
DROP TABLE connection_secrets;
DROP TABLE connections;
