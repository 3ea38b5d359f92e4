-- name: GetPreferences :one
SELECT * FROM preferences WHERE desk = $1 AND person = $2;

-- name: PutPreferences :exec
INSERT INTO preferences (desk, person, muted, quiet_from, quiet_until, digest, revision)
VALUES (@desk, @person, @muted, @quiet_from, @quiet_until, @digest, 1)
ON CONFLICT (desk, person) DO UPDATE SET muted = EXCLUDED.muted, quiet_from = EXCLUDED.quiet_from, quiet_until = EXCLUDED.quiet_until,
    digest = EXCLUDED.digest, revision = preferences.revision + 1;

-- name: FollowTicket :exec
INSERT INTO watches (desk, ticket, person, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING;

-- name: GetWatch :one
SELECT * FROM watches WHERE desk = $1 AND ticket = $2 AND person = $3;

-- name: UnfollowTicket :exec
DELETE FROM watches WHERE desk = $1 AND ticket = $2 AND person = $3;
