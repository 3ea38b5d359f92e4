-- name: LockPersons :many
SELECT * FROM persons WHERE desk = @desk AND person = ANY (@persons::text[]) ORDER BY person FOR UPDATE;

-- name: HoldersOf :many
-- Who has one of these addresses (in small letters) or organisation ids, whether they have left or not.
SELECT person, lower(email)::text AS email, organisation_id FROM persons
WHERE desk = @desk AND (email <> '' AND lower(email) = ANY (@emails::text[])
    OR organisation_id <> '' AND organisation_id = ANY (@organisation_ids::text[]))
ORDER BY person;

-- name: KeepSource :exec
UPDATE persons SET source = @source, left_at = @left_at WHERE desk = @desk AND person = @person;

-- name: PersonsOfSource :many
SELECT person FROM persons WHERE desk = @desk AND source = @source AND source <> '' AND left_at IS NULL AND NOT closed ORDER BY person;

-- name: PersonLeaves :exec
UPDATE persons SET left_at = @left_at, revision = @revision, chain_hash = @chain_hash, last_event_at = @last_event_at
WHERE desk = @desk AND person = @person;
