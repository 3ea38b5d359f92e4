-- name: PutConnection :exec
INSERT INTO connections (desk, connection, party, told, facts) VALUES (@desk, @connection, @party, @told, @facts)
ON CONFLICT (desk, connection) DO UPDATE SET party = EXCLUDED.party, told = EXCLUDED.told, facts = EXCLUDED.facts;

-- name: GetConnection :one
SELECT * FROM connections WHERE desk = $1 AND connection = $2;

-- name: ToldConnections :many
SELECT desk, connection, party FROM connections WHERE desk = ANY (@desks::text[]) AND told ORDER BY desk, connection;

-- name: DesksWithTools :many
SELECT DISTINCT desk FROM connections WHERE told ORDER BY desk;

-- name: InsertToolDeliveries :many
-- What concerns the party, and what happens later to a ticket that the tool was told of. What is in the ledger already stays as it is.
INSERT INTO tool_deliveries (desk, connection, ticket, event_revision, event_type, unit, ticket_status, traceparent, queued_at, due_at)
SELECT m.desk, m.connection, m.ticket, m.event_revision, m.event_type, m.unit, m.ticket_status, m.traceparent, @now::timestamptz, @now
FROM (
    SELECT unnest(@desks::text[]) AS desk, unnest(@connections::text[]) AS connection, unnest(@tickets::text[]) AS ticket,
        unnest(@event_revisions::bigint[]) AS event_revision, unnest(@event_types::text[]) AS event_type, unnest(@units::text[]) AS unit,
        unnest(@ticket_statuses::smallint[]) AS ticket_status, unnest(@traceparents::text[]) AS traceparent,
        unnest(@theirs::boolean[]) AS theirs
) m
WHERE m.theirs OR EXISTS (
    SELECT FROM tool_deliveries d WHERE d.desk = m.desk AND d.connection = m.connection AND d.ticket = m.ticket
)
ON CONFLICT DO NOTHING
RETURNING desk, connection, ticket;

-- name: NextToolDelivery :one
-- The oldest that is not settled: what happened to a ticket is told in order.
SELECT * FROM tool_deliveries WHERE desk = @desk AND connection = @connection AND ticket = @ticket AND delivery = 1
ORDER BY event_revision LIMIT 1;

-- name: ClaimToolDelivery :execrows
UPDATE tool_deliveries SET attempts = attempts + 1, due_at = @until::timestamptz
WHERE desk = @desk AND connection = @connection AND ticket = @ticket AND event_revision = @event_revision AND delivery = 1
    AND attempts = @attempts AND due_at <= @now::timestamptz;

-- name: SettleToolDelivery :exec
UPDATE tool_deliveries SET delivery = @delivery, reason = @reason, due_at = @due_at,
    settled_at = CASE WHEN @delivery::smallint <> 1 THEN @now::timestamptz END
WHERE desk = @desk AND connection = @connection AND ticket = @ticket AND event_revision = @event_revision AND delivery = 1;

-- name: GetToolIssue :one
SELECT * FROM tool_issues WHERE desk = $1 AND connection = $2 AND ticket = $3;

-- name: PutToolIssue :exec
INSERT INTO tool_issues (desk, connection, ticket, external_id) VALUES (@desk, @connection, @ticket, @external_id)
ON CONFLICT (desk, connection, ticket) DO NOTHING;

-- name: ToolIssueRecorded :exec
UPDATE tool_issues SET recorded = true WHERE desk = @desk AND connection = @connection AND ticket = @ticket;

-- name: GetToolPause :one
SELECT * FROM tool_pauses WHERE desk = $1 AND connection = $2;

-- name: ProbeTool :execrows
-- Whoever moves the end of the pause asks the tool; everybody else waits for what becomes of it.
UPDATE tool_pauses SET until = @until::timestamptz WHERE desk = @desk AND connection = @connection AND until <= @now::timestamptz;

-- name: PauseTool :exec
INSERT INTO tool_pauses (desk, connection, failures, until) VALUES (@desk, @connection, 1, @until::timestamptz)
ON CONFLICT (desk, connection) DO UPDATE SET failures = tool_pauses.failures + 1, until = greatest(tool_pauses.until, EXCLUDED.until);

-- name: ToolAnswers :exec
DELETE FROM tool_pauses WHERE desk = $1 AND connection = $2;

-- name: GetToolIssueAttempt :one
SELECT begun_at FROM tool_issue_attempts WHERE desk = $1 AND connection = $2 AND ticket = $3;

-- name: BeginToolIssue :exec
INSERT INTO tool_issue_attempts (desk, connection, ticket, begun_at) VALUES (@desk, @connection, @ticket, @now::timestamptz)
ON CONFLICT (desk, connection, ticket) DO UPDATE SET begun_at = EXCLUDED.begun_at;

-- name: EndToolIssueAttempt :exec
DELETE FROM tool_issue_attempts WHERE desk = $1 AND connection = $2 AND ticket = $3;
