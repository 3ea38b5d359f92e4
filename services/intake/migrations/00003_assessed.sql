-- +goose Up

ALTER TABLE submissions
    -- What was said about it in the ids of the desk's profile, until its outcome is settled: a bavn.triage.v1.OpenTicketRequest with
    -- assessment, impact and attested calls alone. Triage keeps what it takes of it.
    ADD COLUMN assessed bytea NOT NULL DEFAULT '',
    -- Why triage refused it for good, as in ErrorInfo.
    ADD COLUMN refusal_reason text NOT NULL DEFAULT '';

-- As before, with submissions that were refused.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION submission_is_legal() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    broken text := CASE
        WHEN NOT (NEW.channel > 0) THEN 'channel_is_known'
        WHEN NOT (NEW.outcome BETWEEN 0 AND 2) THEN 'outcome_exists'
        WHEN NOT ((NEW.outcome = 0) = (NEW.settled_at IS NULL)) THEN 'outcome_is_settled_once'
        WHEN NOT ((NEW.outcome = 2) = (NEW.refusal_reason <> '')) THEN 'refused_says_why'
        WHEN NOT (NEW.outcome = 0 OR NEW.assessed = '') THEN 'settled_keeps_no_assessment'
        WHEN NOT (NEW.revision >= 1 AND octet_length(NEW.chain_hash) = 32) THEN 'chain_has_a_head'
    END;
BEGIN
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION 'submission % breaks %', NEW.submission, broken
            USING ERRCODE = 'check_violation', CONSTRAINT = broken, TABLE = TG_TABLE_NAME, SCHEMA = TG_TABLE_SCHEMA;
    END IF;
    RETURN NEW;
END
$$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION submission_is_legal() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    broken text := CASE
        WHEN NOT (NEW.channel > 0) THEN 'channel_is_known'
        WHEN NOT (NEW.outcome BETWEEN 0 AND 1) THEN 'outcome_exists'
        WHEN NOT ((NEW.outcome = 0) = (NEW.settled_at IS NULL)) THEN 'outcome_is_settled_once'
        WHEN NOT (NEW.revision >= 1 AND octet_length(NEW.chain_hash) = 32) THEN 'chain_has_a_head'
    END;
BEGIN
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION 'submission % breaks %', NEW.submission, broken
            USING ERRCODE = 'check_violation', CONSTRAINT = broken, TABLE = TG_TABLE_NAME, SCHEMA = TG_TABLE_SCHEMA;
    END IF;
    RETURN NEW;
END
$$;
-- +goose StatementEnd
ALTER TABLE submissions DROP COLUMN assessed, DROP COLUMN refusal_reason;
