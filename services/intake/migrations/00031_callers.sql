-- +goose Up

-- Who is calling is found by what is said first (R5). Mail looks senders up by the index on their addresses, too.
CREATE INDEX callers_by_phone ON persons (desk, phone) WHERE phone <> '';
CREATE INDEX IF NOT EXISTS persons_by_email ON persons (desk, lower(email)) WHERE email <> '';
CREATE INDEX callers_by_username ON persons (desk, lower(username)) WHERE username <> '';
CREATE INDEX callers_by_organisation_id ON persons (desk, lower(organisation_id)) WHERE organisation_id <> '';

-- +goose Down
DROP INDEX callers_by_phone, callers_by_username, callers_by_organisation_id;
