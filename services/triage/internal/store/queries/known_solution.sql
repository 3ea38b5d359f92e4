-- name: LockKnownSolution :one
SELECT facts, ticket, revision, chain_hash, last_event_at FROM known_solutions WHERE desk = $1 AND number = $2 FOR UPDATE;

-- name: NextKnownSolutionNumber :one
-- Behind the feed's lock of the desk's collection: two candidates never get the same number.
SELECT coalesce(max(number), 0)::integer + 1 AS number FROM known_solutions WHERE desk = $1;

-- name: InsertKnownSolution :exec
INSERT INTO known_solutions (desk, number, state, category, author_party, ticket, audience, facts, create_time, publish_time,
    title_version, symptoms_version, solution_version, reason_version, revision, chain_hash, last_event_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17);

-- name: UpdateKnownSolution :exec
UPDATE known_solutions SET state = $3, category = $4, facts = $5, publish_time = $6, title_version = $7, symptoms_version = $8,
    solution_version = $9, reason_version = $10, revision = $11, chain_hash = $12, last_event_at = $13
WHERE desk = $1 AND number = $2;

-- name: ReadKnownSolutions :many
-- Some known solutions with the texts that they show and that still exist, and with what became of them.
SELECT k.number, k.facts, k.chain_hash, k.ticket, k.audience,
       title.text AS title, symptoms.text AS symptoms, solution.text AS solution, reason.text AS reason,
       (SELECT count(*) FROM known_solution_uses u WHERE u.desk = k.desk AND u.number = k.number) AS uses,
       (SELECT count(*) FROM known_solution_uses u WHERE u.desk = k.desk AND u.number = k.number AND u.helped) AS helped
FROM known_solutions k
LEFT JOIN event_texts title ON title.desk = k.desk AND title.resource = 'desks/' || k.desk || '/knownSolutions/ks' || k.number
     AND title.revision = k.title_version AND title.name = 'title'
LEFT JOIN event_texts symptoms ON symptoms.desk = k.desk
     AND symptoms.resource = 'desks/' || k.desk || '/knownSolutions/ks' || k.number
     AND symptoms.revision = k.symptoms_version AND symptoms.name = 'symptoms'
LEFT JOIN event_texts solution ON solution.desk = k.desk
     AND solution.resource = 'desks/' || k.desk || '/knownSolutions/ks' || k.number
     AND solution.revision = k.solution_version AND solution.name = 'solution'
LEFT JOIN event_texts reason ON reason.desk = k.desk AND reason.resource = 'desks/' || k.desk || '/knownSolutions/ks' || k.number
     AND reason.revision = k.reason_version AND reason.name = 'reason'
WHERE k.desk = $1 AND k.number = ANY (sqlc.arg(numbers)::integer[])
ORDER BY k.number DESC;

-- name: ListKnownSolutionNumbers :many
-- What was published once is for every member; before, a known solution is between its author's party and the reviewers.
SELECT number FROM known_solutions
WHERE desk = $1 AND (publish_time IS NOT NULL OR audience && sqlc.arg(keys)::text[])
  AND (state = sqlc.arg(state)::smallint OR sqlc.arg(state)::smallint = 0)
  AND (category = ANY (sqlc.arg(categories)::text[]) OR starts_with(category, sqlc.arg(category)::text || '/')
       OR sqlc.arg(category)::text = '')
  AND number < sqlc.arg(before)::integer
ORDER BY number DESC
LIMIT $2;

-- name: KnownSolutionTextsAt :many
-- The texts that a known solution showed after one of its events, as far as they exist.
SELECT name, text FROM event_texts
WHERE desk = $1 AND resource = $2 AND text IS NOT NULL
  AND (name = 'title' AND revision = sqlc.arg(title)::bigint OR name = 'symptoms' AND revision = sqlc.arg(symptoms)::bigint
       OR name = 'solution' AND revision = sqlc.arg(solution)::bigint OR name = 'reason' AND revision = sqlc.arg(reason)::bigint);

-- name: VisibleTickets :many
-- Which of some tickets somebody may see, and which of those are solved.
SELECT number, (status IN (8, 9) AND solution_version > 0)::boolean AS solved FROM tickets
WHERE desk = $1 AND number = ANY (sqlc.arg(numbers)::text[]) AND audience && sqlc.arg(keys)::text[];

-- name: CountKnownSolutionUse :exec
INSERT INTO known_solution_uses (desk, number, ticket, apply_time) VALUES ($1, $2, $3, $4)
ON CONFLICT (desk, number, ticket) DO NOTHING;

-- name: KnownSolutionUsed :one
SELECT EXISTS (SELECT FROM known_solution_uses WHERE desk = $1 AND number = $2 AND ticket = $3);

-- name: RateKnownSolutionUse :exec
UPDATE known_solution_uses SET helped = $4 WHERE desk = $1 AND number = $2 AND ticket = $3;

-- name: PartiesOfDesk :many
SELECT party FROM parties WHERE desk = $1 ORDER BY party;
