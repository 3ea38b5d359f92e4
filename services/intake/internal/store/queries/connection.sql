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

-- name: ClaimToolIssue :one
-- One delivery about an issue is followed at a time, on whichever replica. Nothing is returned while another is.
INSERT INTO tool_issues (desk, connection, external_id, busy_until) VALUES (@desk, @connection, @external_id, @until::timestamptz)
ON CONFLICT (desk, connection, external_id) DO UPDATE SET busy_until = EXCLUDED.busy_until WHERE tool_issues.busy_until <= @now::timestamptz
RETURNING *;

-- name: FreeToolIssue :exec
UPDATE tool_issues SET busy_until = 'epoch' WHERE desk = @desk AND connection = @connection AND external_id = @external_id;

-- name: DropToolIssue :exec
-- Nothing is known to belong to it.
DELETE FROM tool_issues WHERE desk = @desk AND connection = @connection AND external_id = @external_id AND ticket = '';

-- name: TieToolIssue :exec
UPDATE tool_issues SET ticket = @ticket WHERE desk = @desk AND connection = @connection AND external_id = @external_id;

-- name: HeardToolIssue :exec
UPDATE tool_issues SET heard_at = greatest(heard_at, @said::timestamptz), quiet_at = sqlc.narg(quiet_at)
WHERE desk = @desk AND connection = @connection AND external_id = @external_id;

-- name: RecordToolIssue :exec
-- Also while a delivery about it is followed. The first ticket of an issue is its ticket.
INSERT INTO tool_issues (desk, connection, external_id, ticket) VALUES (@desk, @connection, @external_id, @ticket)
ON CONFLICT (desk, connection, external_id) DO UPDATE SET ticket = EXCLUDED.ticket WHERE tool_issues.ticket = '';
