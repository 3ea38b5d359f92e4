-- name: InsertConnection :exec
INSERT INTO connections (desk, connection, party, facts, revision, chain_hash, last_event_at)
VALUES (@desk, @connection, @party, @facts, @revision, @chain_hash, @last_event_at);

-- name: GetConnection :one
SELECT * FROM connections WHERE desk = $1 AND connection = $2;

-- name: LockConnection :one
SELECT * FROM connections WHERE desk = $1 AND connection = $2 FOR UPDATE;

-- name: ListConnections :many
SELECT * FROM connections WHERE desk = @desk AND connection > @after ORDER BY connection LIMIT @size;

-- name: UpdateConnection :exec
UPDATE connections SET facts = @facts, revision = @revision, chain_hash = @chain_hash, last_event_at = @last_event_at
WHERE desk = @desk AND connection = @connection;

-- name: GoodSecrets :many
SELECT * FROM connection_secrets
WHERE desk = @desk AND connection = @connection AND (expires_at IS NULL OR expires_at > @now::timestamptz)
ORDER BY made_at DESC;

-- name: SecretOf :one
-- What a call made, while it is the newest.
SELECT * FROM connection_secrets WHERE desk = @desk AND connection = @connection AND request_id = @request_id AND expires_at IS NULL;

-- name: RetireSecrets :exec
-- The newest is good until a time; what was good beside it is so no more.
UPDATE connection_secrets SET expires_at = CASE WHEN expires_at IS NULL THEN @until::timestamptz ELSE least(expires_at, @now::timestamptz) END
WHERE desk = @desk AND connection = @connection;

-- name: InsertSecret :exec
INSERT INTO connection_secrets (desk, connection, request_id, sealed, made_at)
VALUES (@desk, @connection, @request_id, @sealed, @made_at);

-- name: GetToolIssue :one
SELECT * FROM tool_issues WHERE desk = $1 AND connection = $2 AND external_id = $3;

-- name: PutToolIssue :one
-- Two calls that find the same issue agree on one ticket: the first one's.
INSERT INTO tool_issues (desk, connection, external_id, ticket, heard_at) VALUES (@desk, @connection, @external_id, @ticket, @heard_at)
ON CONFLICT (desk, connection, external_id) DO UPDATE SET ticket = tool_issues.ticket
RETURNING *;

-- name: HearToolIssue :execrows
-- Moves on to what is newer, or stays at what is followed once more; nothing happens where something newer was heard.
UPDATE tool_issues SET heard_at = @said::timestamptz, quiet_at = sqlc.narg(quiet_at)
WHERE desk = @desk AND connection = @connection AND external_id = @external_id AND heard_at <= @said;

-- name: TurnToolIssue :execrows
-- An alarm that sounds again after its quiet period is another ticket.
UPDATE tool_issues SET ticket = @ticket, heard_at = @said::timestamptz, quiet_at = NULL
WHERE desk = @desk AND connection = @connection AND external_id = @external_id AND heard_at <= @said;
