-- name: AddHistory :exec
-- An audience has one key per line.
INSERT INTO history (desk, resource, revision, source, type, audience, stored, hash, previous_hash, recorded_at)
SELECT n.desk, n.resource, n.revision, @source, n.type, string_to_array(n.audience, E'\n'), n.stored, n.hash, n.previous_hash,
    n.recorded_at
FROM (SELECT unnest(@desks::text[]) AS desk, unnest(@resources::text[]) AS resource, unnest(@revisions::bigint[]) AS revision,
    unnest(@types::text[]) AS type, unnest(@audiences::text[]) AS audience, unnest(@stored::bytea[]) AS stored,
    unnest(@hashes::bytea[]) AS hash, unnest(@previous_hashes::bytea[]) AS previous_hash,
    unnest(@recorded_ats::timestamptz[]) AS recorded_at) n;

-- name: AddTexts :exec
-- What has no salt was erased, and has no text.
INSERT INTO history_texts (desk, resource, revision, name, language_code, salt, text)
SELECT n.desk, n.resource, n.revision, n.name, n.language_code, n.salt, CASE WHEN n.salt IS NOT NULL THEN n.text END
FROM (SELECT unnest(@desks::text[]) AS desk, unnest(@resources::text[]) AS resource, unnest(@revisions::bigint[]) AS revision,
    unnest(@names::text[]) AS name, unnest(@language_codes::text[]) AS language_code, unnest(@salts::bytea[]) AS salt,
    unnest(@texts::text[]) AS text) n;

-- name: History :many
SELECT revision, stored, hash, previous_hash, audience FROM history
WHERE desk = @desk AND resource = @resource
ORDER BY revision;

-- name: Texts :many
SELECT revision, name, language_code, salt, text FROM history_texts
WHERE desk = @desk AND resource = @resource
ORDER BY revision, name;

-- name: CountHistory :many
SELECT source, count(*) AS events, max(recorded_at)::timestamptz AS last_recorded_at FROM history GROUP BY source ORDER BY source;

-- name: Clear :exec
TRUNCATE history, history_texts, tickets, steps, groups, memberships;

-- name: EraseTexts :exec
UPDATE history_texts SET salt = NULL, text = NULL
WHERE desk = @desk AND resource = @resource AND revision < @before AND text IS NOT NULL;
