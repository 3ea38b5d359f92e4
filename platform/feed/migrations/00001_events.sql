-- +goose Up

-- One row per (system identifier, timeline) that this database has lived in. Transaction ids may start lower after a
-- restore or a move, so the epoch comes first in the order.
CREATE TABLE feed_epochs (
    epoch             bigint      NOT NULL PRIMARY KEY CHECK (epoch >= 1),
    system_identifier bigint      NOT NULL,
    timeline          bigint      NOT NULL CHECK (timeline >= 1),
    began_at          timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Names are of ASCII and compared by bytes, whatever collation the database has: a service's own tables hold the same names
-- the same way, and a join of the two finds its index.
CREATE TABLE events (
    desk           text        NOT NULL COLLATE "C",
    resource       text        NOT NULL COLLATE "C",
    revision       bigint      NOT NULL,
    -- Fails on a connection whose epoch nobody checked: the setting does not exist there.
    epoch          bigint      NOT NULL DEFAULT current_setting('bavn.epoch')::bigint,
    xid            xid8        NOT NULL DEFAULT pg_current_xact_id(),
    position       bigint      NOT NULL GENERATED ALWAYS AS IDENTITY (CACHE 1),
    type           text        NOT NULL,
    schema_version integer     NOT NULL,
    shard          smallint    NOT NULL,
    text_count     smallint    NOT NULL DEFAULT 0,
    audience       text[]      NOT NULL DEFAULT '{}',
    stored         bytea       NOT NULL,
    hash           bytea       NOT NULL,
    previous_hash  bytea       NOT NULL,
    occurred_at    timestamptz NOT NULL,
    recorded_at    timestamptz NOT NULL,
    PRIMARY KEY (desk, resource, revision)
);

-- The order of the feed. Unique, so that a position names one event.
CREATE UNIQUE INDEX events_order ON events (epoch, xid, position);

-- The rules of single events and texts, in place of CHECKs, which every statement would parse anew (docs/adr/0012).
-- +goose StatementBegin
CREATE FUNCTION event_is_legal() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    broken text := CASE
        WHEN NOT (NEW.desk <> '' AND strpos(NEW.desk, '/') = 0) THEN 'desk_is_an_id'
        WHEN NOT (starts_with(NEW.resource, 'desks/' || NEW.desk || '/') OR NEW.resource = 'desks/' || NEW.desk)
            THEN 'resource_is_of_its_desk'
        WHEN NOT (NEW.revision >= 1 AND NEW.epoch >= 1 AND NEW.schema_version >= 1 AND NEW.text_count >= 0)
            THEN 'versions_are_counted'
        WHEN NOT (NEW.type <> '') THEN 'type_is_a_name'
        WHEN NOT (NEW.shard BETWEEN 0 AND 63) THEN 'shard_exists'
        WHEN NOT (octet_length(NEW.hash) = 32) THEN 'hash_is_sha256'
        WHEN NOT (octet_length(NEW.previous_hash) = CASE WHEN NEW.revision = 1 THEN 0 ELSE 32 END) THEN 'chain_starts_empty'
    END;
BEGIN
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION 'revision % of % breaks %', NEW.revision, NEW.resource, broken
            USING ERRCODE = 'check_violation', CONSTRAINT = broken, TABLE = TG_TABLE_NAME, SCHEMA = TG_TABLE_SCHEMA;
    END IF;
    RETURN NEW;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER event_is_legal BEFORE INSERT OR UPDATE ON events FOR EACH ROW EXECUTE FUNCTION event_is_legal();

-- An event that does not follow the one before it cannot be stored: not after a gap, not on another chain, and not under a
-- transaction id that was taken before its resource was locked, because it would be read before the one it follows. The
-- last is nobody's mistake but an encounter, so it is reported as one that a retry resolves.
-- +goose StatementBegin
CREATE FUNCTION event_follows() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    previous record;
BEGIN
    SELECT epoch, xid, hash INTO previous FROM events
    WHERE desk = NEW.desk AND resource = NEW.resource AND revision = NEW.revision - 1;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'revision % of % has none before it', NEW.revision, NEW.resource USING ERRCODE = 'check_violation';
    ELSIF previous.hash <> NEW.previous_hash THEN
        RAISE EXCEPTION 'revision % of % is of another chain', NEW.revision, NEW.resource USING ERRCODE = 'check_violation';
    ELSIF (previous.epoch, previous.xid) > (NEW.epoch, NEW.xid) THEN
        RAISE EXCEPTION 'the transaction id for revision % of % was taken before its lock', NEW.revision, NEW.resource
            USING ERRCODE = 'serialization_failure';
    END IF;
    RETURN NEW;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER event_follows BEFORE INSERT ON events
    FOR EACH ROW WHEN (NEW.revision > 1) EXECUTE FUNCTION event_follows();

-- Texts of events while they exist. Erasure leaves the row, so that a reader sees that something was erased (R147).
CREATE TABLE event_texts (
    desk          text     NOT NULL COLLATE "C",
    resource      text     NOT NULL COLLATE "C",
    revision      bigint   NOT NULL,
    name          text     NOT NULL COLLATE "C",
    language_code text     NOT NULL,
    salt          bytea,
    text          text,
    erased_at     timestamptz,
    PRIMARY KEY (desk, resource, revision, name),
    FOREIGN KEY (desk, resource, revision) REFERENCES events ON DELETE CASCADE
);

-- +goose StatementBegin
CREATE FUNCTION event_text_is_legal() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    broken text := CASE
        WHEN NOT (NEW.name <> '') THEN 'text_has_a_name'
        WHEN NOT ((NEW.salt IS NULL) = (NEW.text IS NULL)) THEN 'salt_goes_with_its_text'
        WHEN NOT (octet_length(NEW.salt) = 16) THEN 'salt_is_long_enough'
        WHEN NOT ((NEW.text IS NULL) = (NEW.erased_at IS NOT NULL)) THEN 'erased_says_when'
    END;
BEGIN
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION 'text % of revision % of % breaks %', NEW.name, NEW.revision, NEW.resource, broken
            USING ERRCODE = 'check_violation', CONSTRAINT = broken, TABLE = TG_TABLE_NAME, SCHEMA = TG_TABLE_SCHEMA;
    END IF;
    RETURN NEW;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER event_text_is_legal BEFORE INSERT OR UPDATE ON event_texts
    FOR EACH ROW EXECUTE FUNCTION event_text_is_legal();

-- +goose Down
DROP TABLE event_texts;
DROP TABLE events;
DROP FUNCTION event_text_is_legal, event_is_legal, event_follows;
DROP TABLE feed_epochs;
