-- +goose Up

-- A file that is sent before its report has no ticket yet: it waits, seen by its sender alone, until a report names it in a field of
-- its form, or its time is up (docs/adr/0044).
ALTER TABLE attachments ADD COLUMN form_field text NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE attachments DROP COLUMN form_field;
