-- name: ReadItems :many
SELECT * FROM configuration_items WHERE desk = $1 AND item = ANY (sqlc.arg(items)::text[]);

-- name: ReadItem :one
SELECT * FROM configuration_items WHERE desk = $1 AND item = $2;

-- name: PutItem :exec
INSERT INTO configuration_items
    (desk, item, display_name, kind, business_service, depends_on, update_time, revision, chain_hash, last_event_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT (desk, item) DO UPDATE SET
    display_name = excluded.display_name, kind = excluded.kind, business_service = excluded.business_service,
    depends_on = excluded.depends_on, update_time = excluded.update_time, revision = excluded.revision,
    chain_hash = excluded.chain_hash, last_event_at = excluded.last_event_at;

-- name: ListItems :many
SELECT * FROM configuration_items WHERE desk = $1 AND item > sqlc.arg(after)::text ORDER BY item LIMIT $2;

-- name: PutTicketItem :exec
INSERT INTO ticket_items (desk, item, number) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING;

-- name: DropTicketItem :exec
DELETE FROM ticket_items WHERE desk = $1 AND item = $2 AND number = $3;

-- name: ItemTickets :many
-- What is open on an item and on what it depends on, however far: each item once, so that a ring ends, and 16 steps at most.
WITH RECURSIVE under(item, depth) AS (
    SELECT sqlc.arg(item)::text, 0
    UNION
    SELECT d.item, under.depth + 1
    FROM under
    JOIN configuration_items c ON c.desk = $1 AND c.item = under.item
    CROSS JOIN LATERAL unnest(c.depends_on) AS d(item)
    WHERE under.depth < 16
)
SELECT t.number, t.facts, t.chain_hash, coalesce(x.text, '')::text AS title
FROM tickets t
LEFT JOIN event_texts x ON x.desk = t.desk AND x.resource = 'desks/' || t.desk || '/tickets/' || t.number
    AND x.revision = t.title_version AND x.name = 'title'
WHERE t.desk = $1 AND t.status_class <> 4 AND t.number > sqlc.arg(after)::text
  AND t.audience && sqlc.arg(keys)::text[]
  AND t.number IN (SELECT i.number FROM ticket_items i WHERE i.desk = $1 AND i.item IN (SELECT under.item FROM under))
ORDER BY t.number
LIMIT $2;
