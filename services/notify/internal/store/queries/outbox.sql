-- name: GetOutbox :one
SELECT * FROM outboxes WHERE desk = $1;

-- name: PutOutbox :exec
INSERT INTO outboxes (desk, paused_at, paused_by, revision, chain_hash, last_event_at)
VALUES (@desk, @paused_at, @paused_by, @revision, @chain_hash, @last_event_at)
ON CONFLICT (desk) DO UPDATE SET paused_at = EXCLUDED.paused_at, paused_by = EXCLUDED.paused_by, revision = EXCLUDED.revision,
    chain_hash = EXCLUDED.chain_hash, last_event_at = EXCLUDED.last_event_at;

-- How much was written since a time; ids begin with the time of their event.
-- name: Traffic :one
SELECT count(*) AS written, count(*) FILTER (WHERE delivery = 1) AS queued,
    coalesce(mode() WITHIN GROUP (ORDER BY rule), '')::text AS busiest_rule
FROM notifications WHERE desk = @desk AND notification >= @since::uuid;
