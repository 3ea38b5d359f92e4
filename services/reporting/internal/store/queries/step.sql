-- name: PutTickets :exec
INSERT INTO tickets (desk, ticket, audience, trace_id, revision)
SELECT n.desk, n.ticket, string_to_array(n.audience, ' '), n.trace_id, n.revision
FROM (SELECT unnest(@desks::text[]) AS desk, unnest(@tickets::text[]) AS ticket, unnest(@audiences::text[]) AS audience,
    unnest(@trace_ids::text[]) AS trace_id, unnest(@revisions::bigint[]) AS revision) n
ON CONFLICT (desk, ticket) DO UPDATE SET audience = excluded.audience, revision = excluded.revision;

-- name: PutSteps :exec
INSERT INTO steps (desk, ticket, step, revision, at, status, sub_status, party, grp, assignee, impact, reopened,
    returned)
SELECT unnest(@desks::text[]), unnest(@tickets::text[]), unnest(@steps::text[]), unnest(@revisions::bigint[]),
    unnest(@ats::timestamptz[]), unnest(@statuses::smallint[]), unnest(@sub_statuses::text[]), unnest(@parties::text[]),
    unnest(@groups::text[]), unnest(@assignees::text[]), unnest(@impacts::smallint[]), unnest(@reopened::boolean[]),
    unnest(@returned::boolean[])
ON CONFLICT (desk, ticket, step) DO UPDATE SET
    revision = excluded.revision, at = excluded.at, status = excluded.status, sub_status = excluded.sub_status,
    party = excluded.party, grp = excluded.grp, assignee = excluded.assignee, impact = excluded.impact,
    reopened = steps.reopened OR excluded.reopened, returned = excluded.returned;

-- name: StepsOfTicket :many
SELECT * FROM steps WHERE desk = $1 AND ticket = $2 ORDER BY revision;

-- name: GetTicket :one
SELECT * FROM tickets WHERE desk = $1 AND ticket = $2;

-- name: ListTickets :many
SELECT ticket FROM tickets WHERE desk = @desk AND ticket > @after ORDER BY ticket LIMIT @size;

-- name: PutGroup :exec
INSERT INTO groups (desk, party, grp, display_name, level) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (desk, party, grp) DO UPDATE SET display_name = excluded.display_name, level = excluded.level;

-- name: Groups :many
SELECT * FROM groups WHERE desk = $1;
