-- name: GetUsedLink :one
SELECT * FROM used_links WHERE desk = $1 AND link = $2;

-- name: InsertUsedLink :exec
INSERT INTO used_links (desk, link, choice, used_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING;
