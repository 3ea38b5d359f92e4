-- name: LockTicket :one
-- The first statement of every command after the feed's lock, with the texts that the ticket shows while they exist: point reads by
-- the whole key, however many notes it has. Whoever changes texts holds the feed's lock, so what this sees of them is the last.
SELECT t.number, t.facts, t.clocks, t.imported, t.notes, t.audience, t.journey_root, t.revision, t.chain_hash, t.last_event_at,
       t.decisions, t.target_clock, t.timer_at, t.timer_generation,
       d.authority_party, d.contact_party, d.language_code, d.profile,
       (SELECT x.text FROM event_texts x WHERE x.desk = t.desk AND x.resource = sqlc.arg(resource)::text
            AND x.revision = t.title_version AND x.name = 'title') AS title,
       (SELECT x.text FROM event_texts x WHERE x.desk = t.desk AND x.resource = sqlc.arg(resource)::text
            AND x.revision = t.description_version AND x.name = 'description') AS description,
       (SELECT x.text FROM event_texts x WHERE x.desk = t.desk AND x.resource = sqlc.arg(resource)::text
            AND x.revision = t.solution_version AND x.name = 'solution') AS solution,
       CASE WHEN t.solution_version > 0 THEN (SELECT x.text FROM event_texts x WHERE x.desk = t.desk
            AND x.resource = sqlc.arg(resource)::text AND x.revision = t.solution_version AND x.name = 'root_cause') END AS root_cause
FROM tickets t JOIN desks d USING (desk)
WHERE t.desk = $1 AND t.number = $2
FOR UPDATE OF t;

-- name: LockNextTicket :one
-- The next of a pile (R33). Two callers never wait for each other, and never get the same ticket. Inside a pile priority, age
-- and number follow the index.
SELECT t.number, t.facts, t.clocks, t.imported, t.notes, t.audience, t.journey_root, t.revision, t.chain_hash, t.last_event_at,
       t.decisions, t.target_clock, t.timer_at, t.timer_generation,
       d.authority_party, d.contact_party, d.language_code, d.profile
FROM tickets t JOIN desks d USING (desk)
WHERE t.desk = $1 AND t.pile = sqlc.arg(pile)::text
ORDER BY (t.priority = ''), t.priority, t.create_time, t.number
LIMIT 1
FOR UPDATE OF t SKIP LOCKED;

-- name: ReadTicket :one
SELECT t.number, t.facts, t.clocks, t.imported, t.notes, t.audience, t.journey_root, t.revision, t.chain_hash, t.last_event_at,
       t.decisions, t.target_clock, t.timer_at, t.timer_generation,
       d.authority_party, d.contact_party, d.language_code, d.profile
FROM tickets t JOIN desks d USING (desk)
WHERE t.desk = $1 AND t.number = $2;

-- name: TicketOfSubmission :one
SELECT t.number, t.facts, t.clocks, t.imported, t.notes, t.audience, t.journey_root, t.revision, t.chain_hash, t.last_event_at,
       t.decisions, t.target_clock, t.timer_at, t.timer_generation,
       d.authority_party, d.contact_party, d.language_code, d.profile
FROM tickets t JOIN desks d USING (desk)
WHERE t.desk = $1 AND t.submission = $2;

-- name: TextsAt :one
SELECT (SELECT x.text FROM event_texts x WHERE x.desk = $1 AND x.resource = $2
            AND x.revision = sqlc.arg(title_version)::bigint AND x.name = 'title') AS title,
       (SELECT x.text FROM event_texts x WHERE x.desk = $1 AND x.resource = $2
            AND x.revision = sqlc.arg(description_version)::bigint AND x.name = 'description') AS description,
       (SELECT x.text FROM event_texts x WHERE x.desk = $1 AND x.resource = $2
            AND x.revision = sqlc.arg(solution_version)::bigint AND x.name = 'solution') AS solution,
       (SELECT x.text FROM event_texts x WHERE x.desk = $1 AND x.resource = $2
            AND x.revision = sqlc.arg(solution_version)::bigint AND x.name = 'root_cause') AS root_cause;

-- name: AnswersInWords :many
-- The last answer in words to each question, while it exists (R38, R147).
SELECT DISTINCT ON (x.name) x.name, x.language_code, coalesce(x.text, '')::text AS text
FROM event_texts x
WHERE x.desk = $1 AND x.resource = $2 AND starts_with(x.name, 'answer.')
ORDER BY x.name, x.revision DESC;

-- name: EventAt :one
SELECT stored, hash, audience FROM events WHERE desk = $1 AND resource = $2 AND revision = $3;

-- name: InsertTicket :exec
INSERT INTO tickets (
    desk, number, submission, status, status_class, owner_party, owner, holder_party, holder_group, assignee,
    reporter, affected_user, impact, priority, pile, audience, importing, imported, notes,
    create_time, update_time, resolve_time, close_time, title_version, description_version, solution_version,
    facts, clocks, journey_root, revision, chain_hash, last_event_at, decisions, target_clock, timer_at, timer_generation,
    deferred, calls_due, escalation_open, restricted, priority_doubted)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26,
        $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40, $41);

-- name: UpdateTicket :exec
UPDATE tickets SET
    status = $3, status_class = $4, owner_party = $5, owner = $6, holder_party = $7, holder_group = $8, assignee = $9,
    impact = $10, priority = $11, pile = $12, audience = $13, importing = $14, notes = $15,
    update_time = $16, resolve_time = $17, close_time = $18, title_version = $19, description_version = $20,
    solution_version = $21, facts = $22, clocks = $23, revision = $24, chain_hash = $25, last_event_at = $26,
    decisions = $27, target_clock = $28, timer_at = $29, timer_generation = $30, deferred = $31,
    calls_due = $32, escalation_open = $33, restricted = $34, priority_doubted = $35
WHERE desk = $1 AND number = $2;

-- name: ArmTimer :exec
-- For a timer that rang and found nothing due.
UPDATE tickets SET timer_at = $3, timer_generation = $4 WHERE desk = $1 AND number = $2;

-- name: EventsOfTicket :many
-- Its last events that one of the keys may see, newest first.
SELECT revision, type, stored, occurred_at FROM events
WHERE desk = $1 AND resource = $2 AND audience && sqlc.arg(keys)::text[]
ORDER BY revision DESC
LIMIT $3;
