-- name: InsertShift :exec
INSERT INTO shifts (desk, shift, plan, instead_of, person, contact, start_time, end_time, creator, create_time,
                    revision, chain_hash, last_event_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13);

-- name: CancelShift :exec
UPDATE shifts SET cancel_time = $3, revision = $4, chain_hash = $5, last_event_at = $6 WHERE desk = $1 AND shift = $2;

-- name: ReadShift :one
SELECT * FROM shifts WHERE desk = $1 AND shift = $2;

-- name: ShiftsFrom :many
-- Those that hold at a time or later, in the order in which they were made.
SELECT * FROM shifts WHERE desk = $1 AND cancel_time IS NULL AND end_time > $2 ORDER BY create_time, shift;

-- name: ListShifts :many
SELECT * FROM shifts
WHERE desk = $1
  AND (sqlc.arg(show_past)::boolean OR cancel_time IS NULL AND end_time > sqlc.arg(now)::timestamptz)
  AND (sqlc.arg(first_page)::boolean OR (end_time, shift) < (sqlc.arg(before_end)::timestamptz, sqlc.arg(before)::uuid))
ORDER BY end_time DESC, shift DESC
LIMIT $2;

-- name: ReadContactVerification :one
SELECT * FROM contact_verifications WHERE desk = $1 AND contact = $2;

-- name: ContactVerifications :many
SELECT * FROM contact_verifications WHERE desk = $1;

-- name: PutContactVerification :exec
INSERT INTO contact_verifications (desk, contact, verified_by, verify_time, revision, chain_hash, last_event_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (desk, contact) DO UPDATE
SET verified_by = excluded.verified_by, verify_time = excluded.verify_time, revision = excluded.revision,
    chain_hash = excluded.chain_hash, last_event_at = excluded.last_event_at;

-- name: InsertPage :exec
INSERT INTO pages (desk, page, ticket, state, turn, next_time, audience, facts, revision, chain_hash, last_event_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11);

-- name: UpdatePage :exec
UPDATE pages SET state = $3, turn = $4, next_time = $5, facts = $6, revision = $7, chain_hash = $8, last_event_at = $9
WHERE desk = $1 AND page = $2;

-- name: LockPage :one
-- Who answers and the timer that calls the next one take turns here: one of them finds that the other was faster.
SELECT * FROM pages WHERE desk = $1 AND page = $2 FOR UPDATE;

-- name: ListPages :many
SELECT * FROM pages
WHERE desk = $1 AND audience && sqlc.arg(keys)::text[]
  AND (sqlc.arg(ticket)::text = '' OR ticket = sqlc.arg(ticket)::text)
  AND (NOT sqlc.arg(unanswered)::boolean OR state = 1)
  AND (sqlc.arg(first_page)::boolean OR page < sqlc.arg(before)::uuid)
ORDER BY page DESC
LIMIT $2;

-- name: TicketClass :one
-- Whether there is still something to be done about a ticket.
SELECT status_class FROM tickets WHERE desk = $1 AND number = $2;

-- name: RoleHolders :many
-- Everything that those are who have one of some roles or are named, so that a receiver or manager can be found (R58, R62, R67).
SELECT m.* FROM memberships m
WHERE m.desk = $1 AND (m.person = ANY (sqlc.arg(persons)::text[]) OR m.person IN (
    SELECT h.person FROM memberships h WHERE h.desk = $1 AND h.roles && sqlc.arg(roles)::text[]))
ORDER BY m.person, m.membership;

-- name: ListUnattested :many
SELECT t.facts, t.chain_hash,
       (SELECT x.text FROM event_texts x
        WHERE x.desk = t.desk AND x.resource = 'desks/' || t.desk || '/tickets/' || t.number
          AND x.revision = t.title_version AND x.name = 'title') AS title
FROM tickets t
WHERE t.desk = $1 AND t.calls_due AND t.audience && sqlc.arg(keys)::text[] AND t.number > sqlc.arg(after)::text
ORDER BY t.number
LIMIT $2;

-- name: ListEscalated :many
SELECT t.facts FROM tickets t
WHERE t.desk = $1 AND t.escalation_open AND t.audience && sqlc.arg(keys)::text[]
  AND (sqlc.arg(before)::text = '' OR t.number < sqlc.arg(before)::text)
ORDER BY t.number DESC
LIMIT $2;

-- name: LeastLoaded :one
-- Of those who work at the end of a route, and have its role there, who has the fewest open tickets; by name among equals (R41).
SELECT m.person, (
    SELECT count(*) FROM tickets t
    WHERE t.desk = m.desk AND t.assignee = 'persons/' || m.person AND t.assignee <> '' AND t.status_class IN (1, 2)) AS open
FROM memberships m
WHERE m.desk = $1 AND m.party = $2 AND 'agent' = ANY (m.roles) AND (sqlc.arg(grp)::text = '' OR m.grp IN ('', sqlc.arg(grp)::text))
  AND (sqlc.arg(role)::text = '' OR EXISTS (
    SELECT FROM memberships r
    WHERE r.desk = m.desk AND r.person = m.person AND r.party = m.party AND sqlc.arg(role)::text = ANY (r.roles)))
ORDER BY open, m.person
LIMIT 1;
