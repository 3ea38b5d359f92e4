-- name: MoveHeads :many
-- Returns the resources whose head moved.
UPDATE feed_heads h SET revision = n.last
FROM (SELECT unnest(@resources::text[]) AS resource, unnest(@firsts::bigint[]) AS first, unnest(@lasts::bigint[]) AS last) n
WHERE h.subscriber = @subscriber AND h.source = @source AND h.resource = n.resource AND h.revision = n.first - 1
RETURNING h.resource;

-- name: BeginHeads :many
-- Returns the resources that had no head.
INSERT INTO feed_heads (subscriber, source, resource, revision)
SELECT @subscriber::text, @source::text, n.resource, n.last
FROM (SELECT unnest(@resources::text[]) AS resource, unnest(@lasts::bigint[]) AS last) n
ON CONFLICT DO NOTHING
RETURNING resource;

-- name: Head :one
SELECT revision FROM feed_heads WHERE subscriber = @subscriber AND source = @source AND resource = @resource;

-- name: DeleteHeads :exec
DELETE FROM feed_heads WHERE subscriber = @subscriber AND source = @source;
