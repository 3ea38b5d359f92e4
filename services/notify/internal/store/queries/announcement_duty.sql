-- name: GetAnnouncementDuties :many
SELECT * FROM announcement_duties
WHERE (desk, ticket) IN (SELECT unnest(@desks::text[]), unnest(@tickets::text[]))
ORDER BY desk, ticket FOR UPDATE;

-- name: AnnouncementDutyOf :one
SELECT party FROM announcement_duties WHERE desk = $1 AND ticket = $2 AND rule <> '';

-- name: LockAnnouncementDuty :one
SELECT * FROM announcement_duties WHERE desk = $1 AND ticket = $2 FOR UPDATE;

-- name: PutAnnouncementDuty :exec
INSERT INTO announcement_duties (desk, ticket, profile, rule, party, grp, assignee, solved, announced_at, due_at, generation, audience)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
ON CONFLICT (desk, ticket) DO UPDATE SET profile = EXCLUDED.profile, rule = EXCLUDED.rule, party = EXCLUDED.party, grp = EXCLUDED.grp,
    assignee = EXCLUDED.assignee, solved = EXCLUDED.solved, announced_at = EXCLUDED.announced_at, due_at = EXCLUDED.due_at,
    generation = EXCLUDED.generation, audience = EXCLUDED.audience;

-- Who answers for a party's announcements: whoever works for it.
-- name: WorkersOf :many
SELECT DISTINCT person FROM memberships
WHERE desk = @desk AND party = @party AND (@grp::text = '' OR grp IN ('', @grp)) AND roles && '{agent,dispatcher,coordinator}'
ORDER BY person;

-- name: HoldersOf :many
SELECT DISTINCT person FROM memberships WHERE desk = @desk AND roles && @roles::text[] ORDER BY person;
