-- name: InsertPerson :exec
INSERT INTO persons (desk, person, display_name, email, phone, language_code, office, username, department, organisation_id,
    revision, chain_hash, last_event_at)
VALUES (@desk, @person, @display_name, @email, @phone, @language_code, @office, @username, @department, @organisation_id,
    @revision, @chain_hash, @last_event_at);

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
    revision = @revision, chain_hash = @chain_hash, last_event_at = @last_event_at
WHERE desk = @desk AND person = @person;

-- name: ClosePerson :exec
UPDATE persons SET closed = true WHERE desk = @desk AND person = @person;

-- name: ErasePerson :exec
UPDATE persons SET display_name = '', email = '', phone = '', language_code = '', office = '', username = '', department = '',
    organisation_id = '', source = '', erased_at = @erased_at, revision = @revision, chain_hash = @chain_hash, last_event_at = @last_event_at
WHERE desk = @desk AND person = @person;
