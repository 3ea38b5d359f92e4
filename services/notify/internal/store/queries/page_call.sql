-- A page as an event leaves it; an older event changes nothing.
-- name: PutPage :execrows
INSERT INTO pages (desk, page, ticket, state, turn, revision, audience) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (desk, page) DO UPDATE SET state = EXCLUDED.state, turn = EXCLUDED.turn, revision = EXCLUDED.revision,
    audience = EXCLUDED.audience
WHERE pages.revision < EXCLUDED.revision;

-- name: GetPage :one
SELECT * FROM pages WHERE desk = $1 AND page = $2;

-- name: ListCallingPages :many
SELECT * FROM pages WHERE desk = $1 AND state = 1 ORDER BY page DESC LIMIT 100;

-- name: InsertPageCall :exec
INSERT INTO page_calls (desk, page, call, turn, called, medium, delivery, traceparent, created_at, due_at)
VALUES (@desk, @page, @call, @turn, @called, @medium, 1, @traceparent, @now::timestamptz, @now)
ON CONFLICT DO NOTHING;

-- Whoever need not be called any more is not.
-- name: DropPageCalls :exec
UPDATE page_calls SET delivery = 4, reason = @reason, settled_at = @now::timestamptz
WHERE desk = @desk AND page = @page AND delivery = 1 AND claimed_at IS NULL AND turn < @before_turn;

-- name: ListPageCallsOfTurn :many
SELECT * FROM page_calls WHERE desk = $1 AND page = $2 AND turn = $3 ORDER BY medium, called;

-- A claim is an attempt that has begun, and no attempt begins once somebody has answered or the next is called.
-- name: ClaimPageCall :execrows
UPDATE page_calls c SET attempts = c.attempts + 1, claimed_at = @now::timestamptz, due_at = @until::timestamptz
FROM pages p
WHERE c.desk = @desk AND c.page = @page AND c.call = @call AND c.delivery = 1 AND c.due_at <= @now
    AND p.desk = c.desk AND p.page = c.page AND p.state = 1 AND p.turn = c.turn;

-- name: SettlePageCall :exec
UPDATE page_calls SET delivery = @delivery, reason = @reason, provider_ref = @provider_ref, due_at = @due_at, claimed_at = NULL,
    settled_at = @settled_at
WHERE desk = @desk AND page = @page AND call = @call AND delivery = 1;

-- name: RingingCalls :many
SELECT * FROM page_calls WHERE desk = $1 AND page = $2 AND medium = 3 AND delivery = 2 AND provider_ref <> '';

-- name: HungUp :exec
UPDATE page_calls SET provider_ref = '' WHERE desk = $1 AND page = $2 AND call = $3;

-- name: ListPageCalls :many
SELECT * FROM page_calls WHERE desk = @desk AND page = @page AND call < @before ORDER BY call DESC LIMIT @size;

-- Who may answer in a role for a party.
-- name: PersonsInRole :many
SELECT DISTINCT person FROM memberships WHERE desk = @desk AND (@party::text = '' OR party = @party) AND @role::text = ANY (roles)
ORDER BY person LIMIT 20;
