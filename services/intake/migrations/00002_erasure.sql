-- +goose Up

-- An erased person stays as an id that submissions and tickets refer to, without anything to call or reach them by (R147). A
-- closed one is about to be: nobody reports for them any more, so that what is to be erased does not grow meanwhile.
ALTER TABLE persons ADD COLUMN closed boolean NOT NULL DEFAULT false, ADD COLUMN erased_at timestamptz;
ALTER TABLE persons DROP CONSTRAINT persons_display_name_check;
ALTER TABLE persons
    ADD CONSTRAINT named_unless_erased CHECK ((display_name <> '') = (erased_at IS NULL)),
    ADD CONSTRAINT erased_is_closed CHECK (closed OR erased_at IS NULL),
    ADD CONSTRAINT erased_is_empty CHECK (erased_at IS NULL OR
        (email, phone, language_code, office, username, department, organisation_id) = ('', '', '', '', '', '', ''));

-- Nobody reports for a person who is closed: one look by the primary key, and no lock.
-- +goose StatementBegin
CREATE FUNCTION submission_is_of_open_persons() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM persons WHERE desk = NEW.desk AND person IN (NEW.reporter, NEW.affected_user) AND closed) THEN
        RAISE EXCEPTION 'submission % is of an erased person', NEW.submission
            USING ERRCODE = 'check_violation', CONSTRAINT = 'person_is_not_erased', TABLE = TG_TABLE_NAME, SCHEMA = TG_TABLE_SCHEMA;
    END IF;
    RETURN NEW;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER submission_is_of_open_persons BEFORE INSERT ON submissions
    FOR EACH ROW EXECUTE FUNCTION submission_is_of_open_persons();

-- +goose Down
DROP TRIGGER submission_is_of_open_persons ON submissions;
DROP FUNCTION submission_is_of_open_persons;
ALTER TABLE persons DROP CONSTRAINT erased_is_empty, DROP CONSTRAINT erased_is_closed, DROP CONSTRAINT named_unless_erased;
ALTER TABLE persons ADD CONSTRAINT persons_display_name_check CHECK (display_name <> '') NOT VALID;
ALTER TABLE persons DROP COLUMN erased_at, DROP COLUMN closed;
