-- name: GetStakeholder :one
SELECT * FROM stakeholders WHERE desk = $1 AND person = $2;

-- name: PutStakeholder :exec
INSERT INTO stakeholders (desk, person, priorities, created_at, revision, chain_hash, last_event_at)
VALUES (@desk, @person, @priorities, @created_at, @revision, @chain_hash, @last_event_at)
ON CONFLICT (desk, person) DO UPDATE SET priorities = EXCLUDED.priorities, created_at = EXCLUDED.created_at,
    revision = EXCLUDED.revision, chain_hash = EXCLUDED.chain_hash, last_event_at = EXCLUDED.last_event_at;

-- name: ListStakeholders :many
SELECT * FROM stakeholders WHERE desk = @desk AND person > @after AND cardinality(priorities) > 0 ORDER BY person LIMIT @size;
