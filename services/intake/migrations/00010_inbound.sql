-- +goose Up

-- Everything that came in without a caller who waits, from before it is acknowledged. Envelope, sender and subject are personal data
-- and lie here alone, beside the original: all of it goes when the person does (R147).
CREATE TABLE inbound_items (
    desk            text        NOT NULL,
    inbound         uuid        NOT NULL,
    channel         smallint    NOT NULL,
    source          text        NOT NULL,
    source_key      text        NOT NULL,
    media_type      text        NOT NULL,
    original_size   bigint      NOT NULL,
    original_sha256 bytea       NOT NULL,
    in_blob         boolean     NOT NULL, -- the original is too large for a row: it lies in the blob store, under desk and item
    route           text        NOT NULL, -- where it was sent to, as the desk's settings call it: a group, an integration; '' for the desk
    envelope        text        NOT NULL, -- whom it came from and to, as header lines; personal too
    sender          text        NOT NULL DEFAULT '',
    subject         text        NOT NULL DEFAULT '',
    person          text        NOT NULL DEFAULT '', -- the sender, once known
    received_at     timestamptz NOT NULL,
    traceparent     text        NOT NULL,
    outcome         smallint    NOT NULL,
    ticket          text        NOT NULL DEFAULT '', -- the number
    duplicate_of    uuid,
    reason          text        NOT NULL DEFAULT '',
    settled_at      timestamptz,
    released        boolean     NOT NULL DEFAULT false,
    erased_at       timestamptz,
    revision        bigint      NOT NULL,
    chain_hash      bytea       NOT NULL,
    last_event_at   timestamptz NOT NULL,
    PRIMARY KEY (desk, inbound)
);
-- What has the same key came before: the second is told apart by this alone, on whichever replica it arrives.
CREATE UNIQUE INDEX inbound_comes_once ON inbound_items (desk, source, source_key) WHERE duplicate_of IS NULL;
CREATE INDEX inbound_by_outcome ON inbound_items (desk, outcome, inbound) WHERE outcome IN (0, 4);
CREATE INDEX inbound_by_person ON inbound_items (desk, person) WHERE person <> '';

-- Originals, byte by byte as they came.
CREATE TABLE inbound_originals (
    desk    text  NOT NULL,
    inbound uuid  NOT NULL,
    content bytea NOT NULL,
    PRIMARY KEY (desk, inbound),
    FOREIGN KEY (desk, inbound) REFERENCES inbound_items
);
ALTER TABLE inbound_originals ALTER COLUMN content SET STORAGE EXTERNAL; -- mails are base64 and archives: packing costs, and saves little

-- In one trigger: docs/adr/0012.
-- +goose StatementBegin
CREATE FUNCTION inbound_item_is_legal() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    broken text := CASE
        WHEN NOT (NEW.channel > 0) THEN 'channel_is_known'
        WHEN NOT (NEW.source ~ '^[a-z][a-z0-9-]{0,62}$') THEN 'source_is_named'
        WHEN NOT (octet_length(NEW.source_key) BETWEEN 1 AND 300) THEN 'key_is_bounded'
        WHEN NOT (NEW.outcome BETWEEN 0 AND 5) THEN 'outcome_exists'
        WHEN NOT ((NEW.outcome = 0) = (NEW.settled_at IS NULL)) THEN 'outcome_is_settled'
        WHEN NOT ((NEW.outcome = 5) = (NEW.duplicate_of IS NOT NULL)) THEN 'duplicate_says_of_what'
        WHEN NOT (NEW.outcome NOT IN (1, 2) OR NEW.ticket <> '') THEN 'ticket_is_named'
        WHEN NOT (NEW.outcome NOT IN (3, 4) OR NEW.reason <> '') THEN 'reason_is_given'
        WHEN NOT (NEW.erased_at IS NULL OR (NEW.envelope, NEW.sender, NEW.subject) = ('', '', '')) THEN 'erased_is_empty'
        WHEN NOT (NEW.original_size >= 0 AND octet_length(NEW.original_sha256) = 32) THEN 'original_is_measured'
        WHEN NOT (NEW.revision >= 1 AND octet_length(NEW.chain_hash) = 32) THEN 'chain_has_a_head'
        -- Once it is more than pending or quarantined, an outcome stays.
        WHEN NOT (TG_OP = 'INSERT' OR OLD.outcome IN (0, 4) OR NEW.outcome = OLD.outcome) THEN 'outcome_is_final'
    END;
BEGIN
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION 'inbound item % breaks %', NEW.inbound, broken
            USING ERRCODE = 'check_violation', CONSTRAINT = broken, TABLE = TG_TABLE_NAME, SCHEMA = TG_TABLE_SCHEMA;
    END IF;
    RETURN NEW;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER inbound_item_is_legal BEFORE INSERT OR UPDATE ON inbound_items
    FOR EACH ROW EXECUTE FUNCTION inbound_item_is_legal();

-- +goose Down
DROP TABLE inbound_originals;
DROP TABLE inbound_items;
DROP FUNCTION inbound_item_is_legal;
