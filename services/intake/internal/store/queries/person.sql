-- name: InsertPerson :exec
INSERT INTO persons (desk, person, display_name, email, phone, language_code, office, username, department, organisation_id,
    reporter_group, revision, chain_hash, last_event_at)
VALUES (@desk, @person, @display_name, @email, @phone, @language_code, @office, @username, @department, @organisation_id,
    @reporter_group, @revision, @chain_hash, @last_event_at);

-- name: LockPerson :one
SELECT * FROM persons WHERE desk = $1 AND person = $2 FOR UPDATE;

-- name: GetPerson :one
SELECT * FROM persons WHERE desk = $1 AND person = $2;

-- name: GetPersons :many
SELECT * FROM persons WHERE desk = @desk AND person = ANY (@persons::text[]) ORDER BY person;

-- name: ListPersons :many
SELECT * FROM persons WHERE desk = @desk AND person > @after ORDER BY person LIMIT @size;

-- name: UpdatePerson :exec
UPDATE persons SET display_name = @display_name, email = @email, phone = @phone, language_code = @language_code,
    office = @office, username = @username, department = @department, organisation_id = @organisation_id,
    reporter_group = @reporter_group, revision = @revision, chain_hash = @chain_hash, last_event_at = @last_event_at
WHERE desk = @desk AND person = @person;

-- name: ClosePerson :exec
UPDATE persons SET closed = true WHERE desk = @desk AND person = @person;

-- name: ErasePerson :exec
UPDATE persons SET display_name = '', email = '', phone = '', language_code = '', office = '', username = '', department = '',
    organisation_id = '', source = '', erased_at = @erased_at, revision = @revision, chain_hash = @chain_hash, last_event_at = @last_event_at
WHERE desk = @desk AND person = @person;

-- name: FindPersons :many
-- Who is meant without doubt before whose name is alike: every word of what is looked for begins a word of it.
SELECT * FROM (
    SELECT p.*, (p.phone = @phone::text AND @phone <> '' OR lower(p.email) = @term::text OR lower(p.username) = @term
            OR lower(p.organisation_id) = @term)::boolean AS exact
    FROM persons p
    WHERE p.desk = @desk AND p.erased_at IS NULL
      AND (p.phone = @phone AND @phone <> '' OR lower(p.email) = @term OR lower(p.username) = @term
           OR lower(p.organisation_id) = @term OR ' ' || lower(p.display_name) LIKE ALL (@words::text[]))
) found
ORDER BY exact DESC, display_name, person
LIMIT @size;

-- name: ReporterGroup :one
SELECT reporter_group FROM persons WHERE desk = @desk AND person = @person;
