-- +goose Up

-- Requests that had an effect (AIP-155). Only successes, and only which resource at which revision: never a copy of data.
CREATE TABLE requests (
    desk           text        NOT NULL,
    principal      text        NOT NULL,
    method         text        NOT NULL,
    request_id     uuid        NOT NULL,
    payload_sha256 bytea       NOT NULL,
    resource       text        NOT NULL,
    revision       bigint      NOT NULL,
    created_at     timestamptz NOT NULL,
    PRIMARY KEY (desk, principal, method, request_id)
);

-- The rules of a request, in place of CHECKs, which every statement would parse anew (docs/adr/0012).
-- +goose StatementBegin
CREATE FUNCTION request_is_legal() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    broken text := CASE
        WHEN NOT (octet_length(NEW.payload_sha256) = 32) THEN 'payload_is_sha256'
        WHEN NOT (NEW.revision >= 1) THEN 'effect_has_a_revision'
    END;
BEGIN
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION 'request % breaks %', NEW.request_id, broken
            USING ERRCODE = 'check_violation', CONSTRAINT = broken, TABLE = TG_TABLE_NAME, SCHEMA = TG_TABLE_SCHEMA;
    END IF;
    RETURN NEW;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER request_is_legal BEFORE INSERT OR UPDATE ON requests FOR EACH ROW EXECUTE FUNCTION request_is_legal();

-- For pruning only; written in the order of time, so it costs next to nothing.
CREATE INDEX requests_age ON requests USING brin (created_at);

-- +goose Down
DROP TABLE requests;
DROP FUNCTION request_is_legal;
