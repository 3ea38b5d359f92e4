-- +goose Up

-- Where a person was imported from, and when an import found that they had left. Whoever left keeps their data and their tickets
-- and is told apart from the erased: only nobody reports for them any more (R36).
ALTER TABLE persons ADD COLUMN source text NOT NULL DEFAULT '', ADD COLUMN left_at timestamptz;
-- An import asks for whom it has, and whose address or organisation id a line names.
CREATE INDEX persons_of_a_source ON persons (desk, source, person) WHERE source <> '';
CREATE INDEX persons_by_email ON persons (desk, lower(email)) WHERE email <> '';
CREATE INDEX persons_by_organisation_id ON persons (desk, organisation_id) WHERE organisation_id <> '';

-- As before, and nobody reports for whom the organisation does not have any more.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION submission_is_of_open_persons() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    broken text;
BEGIN
    SELECT CASE WHEN closed THEN 'person_is_not_erased' ELSE 'person_has_not_left' END INTO broken FROM persons
    WHERE desk = NEW.desk AND person IN (NEW.reporter, NEW.affected_user) AND (closed OR left_at IS NOT NULL AND NOT NEW.importing)
    ORDER BY closed DESC LIMIT 1;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION 'submission % is of a person who is closed', NEW.submission
            USING ERRCODE = 'check_violation', CONSTRAINT = broken, TABLE = TG_TABLE_NAME, SCHEMA = TG_TABLE_SCHEMA;
    END IF;
    RETURN NEW;
END
$$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION submission_is_of_open_persons() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM persons WHERE desk = NEW.desk AND person IN (NEW.reporter, NEW.affected_user) AND closed) THEN
        RAISE EXCEPTION 'submission % is of an erased person', NEW.submission
            USING ERRCODE = 'check_violation', CONSTRAINT = 'person_is_not_erased', TABLE = TG_TABLE_NAME, SCHEMA = TG_TABLE_SCHEMA;
    END IF;
    RETURN NEW;
END
$$;
-- +goose StatementEnd
DROP INDEX persons_by_organisation_id;
DROP INDEX persons_by_email;
DROP INDEX persons_of_a_source;
ALTER TABLE persons DROP COLUMN left_at, DROP COLUMN source;
