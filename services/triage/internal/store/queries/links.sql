-- name: LinkTickets :exec
INSERT INTO ticket_links (desk, other, kind, number, carried)
SELECT $1, sqlc.arg(other)::text, sqlc.arg(kind)::smallint, sqlc.arg(number)::text, sqlc.arg(carried)::bigint
ON CONFLICT DO NOTHING;

-- name: UnlinkTickets :exec
DELETE FROM ticket_links WHERE desk = $1 AND other = $2 AND kind = $3 AND number = $4;

-- name: LinkedTickets :many
-- The tickets that are linked to one and that somebody with these keys may see, by kind and number. A page is walked by the whole
-- key, so it costs what it shows and what it passes over.
SELECT l.kind, l.number, t.facts, t.chain_hash, coalesce(x.text, '')::text AS title
FROM ticket_links l
JOIN tickets t ON t.desk = l.desk AND t.number = l.number
LEFT JOIN event_texts x ON x.desk = t.desk AND x.resource = 'desks/' || t.desk || '/tickets/' || t.number
    AND x.revision = t.title_version AND x.name = 'title'
WHERE l.desk = $1 AND l.other = $2 AND (l.kind = sqlc.arg(kind)::smallint OR sqlc.arg(kind)::smallint = 0)
  AND (l.kind, l.number) > (sqlc.arg(after_kind)::smallint, sqlc.arg(after_number)::text)
  AND t.audience && sqlc.arg(keys)::text[]
ORDER BY l.kind, l.number
LIMIT $3;

-- name: FollowersBehind :many
-- Some of the tickets that follow another and have not heard all that happened to it.
SELECT number FROM ticket_links
WHERE desk = $1 AND other = $2 AND kind IN (1, 6) AND carried < sqlc.arg(head)::bigint AND number > sqlc.arg(after)::text
ORDER BY number
LIMIT $3;

-- name: CarriedOf :many
SELECT kind, carried FROM ticket_links WHERE desk = $1 AND other = $2 AND kind IN (1, 6) AND number = $3;

-- name: SetCarried :exec
UPDATE ticket_links SET carried = sqlc.arg(head)::bigint
WHERE desk = $1 AND other = $2 AND kind IN (1, 6) AND number = $3 AND carried < sqlc.arg(head)::bigint;

-- name: IsFollowed :one
SELECT EXISTS (SELECT FROM ticket_links WHERE desk = $1 AND other = $2 AND kind IN (1, 6));

-- name: LinkUpwards :many
-- Where a ticket's chain of one kind leads, however far: a link back into it would close a ring (R124).
WITH RECURSIVE up(number, depth) AS (
    SELECT l.other, 1 FROM ticket_links l WHERE l.desk = $1 AND l.number = sqlc.arg(start)::text AND l.kind = $2
    UNION
    SELECT l.other, up.depth + 1 FROM ticket_links l JOIN up ON l.number = up.number
    WHERE l.desk = $1 AND l.kind = $2 AND up.depth < 64
)
SELECT DISTINCT number FROM up;

-- name: ScheduleRelease :exec
INSERT INTO pending_releases (desk, number, release_time) VALUES ($1, $2, $3)
ON CONFLICT (desk, number) DO UPDATE SET release_time = excluded.release_time;

-- name: UnscheduleRelease :exec
DELETE FROM pending_releases WHERE desk = $1 AND number = $2;

-- name: PendingReleases :many
SELECT r.release_time, r.number, t.facts, t.chain_hash, coalesce(x.text, '')::text AS title
FROM pending_releases r
JOIN tickets t ON t.desk = r.desk AND t.number = r.number
LEFT JOIN event_texts x ON x.desk = t.desk AND x.resource = 'desks/' || t.desk || '/tickets/' || t.number
    AND x.revision = t.title_version AND x.name = 'title'
WHERE r.desk = $1 AND (r.release_time, r.number) > (sqlc.arg(after_time)::timestamptz, sqlc.arg(after_number)::text)
  AND r.release_time < sqlc.arg(before)::timestamptz
  AND t.audience && sqlc.arg(keys)::text[]
ORDER BY r.release_time, r.number
LIMIT $2;
