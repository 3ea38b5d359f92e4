-- name: AddHistory :copyfrom
INSERT INTO history (desk, resource, revision, source, type, audience, stored, hash, previous_hash, recorded_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10);

-- name: AddTexts :copyfrom
INSERT INTO history_texts (desk, resource, revision, name, language_code, salt, text)
VALUES ($1, $2, $3, $4, $5, $6, $7);

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
