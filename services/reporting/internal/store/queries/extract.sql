-- name: PutExtractDesk :exec
INSERT INTO extract_desks (desk, display_name, language_code) VALUES ($1, $2, $3)
ON CONFLICT (desk) DO UPDATE SET display_name = excluded.display_name, language_code = excluded.language_code;

-- name: LockExtractDesk :one
-- Whoever takes an edition.
SELECT awaited_events FROM extract_desks WHERE desk = $1 FOR UPDATE;

-- name: WaitForEditions :exec
-- Whoever takes cases out: the editions that are being taken come first, and those that come later see what is written here.
SELECT 1 FROM extract_desks WHERE desk = ANY(@desks::text[]) ORDER BY desk FOR KEY SHARE;

-- name: GetExtractDesk :one
SELECT * FROM extract_desks WHERE desk = $1;

-- name: ListExtractDesks :many
SELECT * FROM extract_desks WHERE desk > @after ORDER BY desk LIMIT @size;

-- name: KeepExtractProfile :exec
UPDATE extract_desks SET profile_version = $2, profile = $3 WHERE desk = $1 AND profile_version <> $2;

-- name: AwaitEvents :exec
-- Before the history is emptied: what is known now has to be known again.
UPDATE extract_desks d SET awaited_events = greatest(awaited_events, h.events)
FROM (SELECT desk, count(*) AS events FROM history WHERE source = 'triage' GROUP BY desk) h WHERE h.desk = d.desk;

-- name: CountDeskEvents :one
SELECT count(*) FROM history WHERE desk = $1 AND source = 'triage';

-- name: EditionTaken :one
SELECT EXISTS (SELECT 1 FROM extract_editions WHERE desk = $1 AND extract = $2 AND turn >= $3);

-- name: AddEdition :exec
INSERT INTO extract_editions (desk, extract, turn, taken_at, profile_version) VALUES ($1, $2, $3, $4, $5);

-- name: AddExtractRow :exec
INSERT INTO extract_rows (desk, extract, turn, ticket, revision, status, priority, category, holder_party, owner_party,
    business_service, submitted_at, age_days, release_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14);

-- name: TakeOutRestricted :exec
-- Rows from before the case became restricted. One that was taken after it had become open again stays, also when the events come anew.
DELETE FROM extract_rows r
USING (SELECT unnest(@desks::text[]) AS desk, unnest(@tickets::text[]) AS ticket, unnest(@revisions::bigint[]) AS revision) n
WHERE r.desk = n.desk AND r.ticket = n.ticket AND r.revision < n.revision;

-- name: LatestEditions :many
SELECT DISTINCT ON (e.extract) e.*,
    (SELECT count(*) FROM extract_rows r WHERE r.desk = e.desk AND r.extract = e.extract AND r.turn = e.turn) AS cases
FROM extract_editions e WHERE e.desk = @desk AND e.extract = ANY(@extracts::text[])
ORDER BY e.extract, e.turn DESC;

-- name: ListEditions :many
SELECT e.*, (SELECT count(*) FROM extract_rows r WHERE r.desk = e.desk AND r.extract = e.extract AND r.turn = e.turn) AS cases
FROM extract_editions e WHERE e.desk = @desk AND e.extract = @extract AND e.turn < @before
ORDER BY e.turn DESC LIMIT @size;

-- name: GetEdition :one
SELECT * FROM extract_editions WHERE desk = $1 AND extract = $2 AND turn = $3;

-- name: ExtractRows :many
SELECT * FROM extract_rows WHERE desk = $1 AND extract = $2 AND turn = $3 ORDER BY submitted_at, ticket;
