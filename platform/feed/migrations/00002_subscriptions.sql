-- +goose Up

-- How far a subscriber of this database has come with each shard of a source, and which of its replicas has the shard.
-- The position moves in the transaction of the effect, and only for the owner of that generation.
CREATE TABLE feed_subscriptions (
    subscriber  text     NOT NULL CHECK (subscriber <> ''),
    source      text     NOT NULL CHECK (source <> ''),
    shard       smallint NOT NULL CHECK (shard BETWEEN 0 AND 63),
    epoch       bigint   NOT NULL DEFAULT 0,
    xid         xid8     NOT NULL DEFAULT '0',
    position    bigint   NOT NULL DEFAULT 0,
    owner       text,
    generation  bigint   NOT NULL DEFAULT 0,
    PRIMARY KEY (subscriber, source, shard)
) WITH (fillfactor = 25); -- updated many times a second, without touching the index

-- The replicas of a subscriber and the end of their leases. One row each, so that renewing a lease meets no row that an
-- effect's transaction holds.
CREATE TABLE feed_replicas (
    subscriber  text        NOT NULL,
    source      text        NOT NULL,
    replica     text        NOT NULL,
    lease_until timestamptz NOT NULL,
    PRIMARY KEY (subscriber, source, replica)
);

-- The last revision of every resource that an unfiltered subscriber was sent: the next one must be the next revision.
CREATE TABLE feed_heads (
    subscriber text   NOT NULL,
    source     text   NOT NULL,
    resource   text   NOT NULL,
    revision   bigint NOT NULL CHECK (revision >= 1),
    PRIMARY KEY (subscriber, source, resource)
) WITH (fillfactor = 70);

-- Events that failed, and the later ones of the same resource that wait behind them. Only the place of an event is kept: it
-- is read again from its source for a replay, so that a text erased meanwhile stays erased.
CREATE TABLE feed_parked (
    subscriber text        NOT NULL,
    source     text        NOT NULL,
    resource   text        NOT NULL,
    revision   bigint      NOT NULL,
    shard      smallint    NOT NULL CHECK (shard BETWEEN 0 AND 63),
    epoch      bigint      NOT NULL,
    xid        xid8        NOT NULL,
    position   bigint      NOT NULL,
    type       text        NOT NULL,
    -- Why it failed; empty for one that waits behind another.
    error      text        NOT NULL,
    attempts   integer     NOT NULL CHECK (attempts >= 0),
    parked_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (subscriber, source, resource, revision)
);
CREATE INDEX feed_parked_shard ON feed_parked (subscriber, source, shard);

-- +goose Down
DROP TABLE feed_parked;
DROP TABLE feed_heads;
DROP TABLE feed_replicas;
DROP TABLE feed_subscriptions;
