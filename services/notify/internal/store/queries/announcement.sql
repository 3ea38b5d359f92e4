-- name: InsertAnnouncement :exec
INSERT INTO announcements (desk, announcement, state, ticket, facts, audience, complete_time, revision, chain_hash, last_event_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10);

-- name: GetAnnouncement :one
SELECT * FROM announcements WHERE desk = $1 AND announcement = $2;

-- name: LockAnnouncement :one
SELECT * FROM announcements WHERE desk = $1 AND announcement = $2 FOR UPDATE;

-- name: SaveAnnouncement :exec
UPDATE announcements SET state = @state, facts = @facts, complete_time = @complete_time, revision = @revision,
    chain_hash = @chain_hash, last_event_at = @last_event_at
WHERE desk = @desk AND announcement = @announcement;

-- What a caller may see: what is published, where they may, and what has them in its audience.
-- name: ListAnnouncements :many
SELECT * FROM announcements
WHERE desk = @desk AND announcement > @after AND (@state::smallint = 0 OR state = @state)
    AND (audience && @keys::text[] OR @published::boolean AND state IN (3, 4))
ORDER BY announcement LIMIT @size;

-- Everything that the boards of some desks may show, whatever its age: each desk's profile says how long.
-- name: OnBoards :many
SELECT * FROM announcements
WHERE desk = ANY (@desks::text[]) AND (state = 3 OR state = 4 AND complete_time > @completed_after::timestamptz)
ORDER BY desk, announcement;

-- name: RestrictedAmong :many
SELECT ticket FROM restricted_tickets WHERE desk = @desk AND ticket = ANY (@tickets::text[]);

-- name: RestrictTicket :exec
INSERT INTO restricted_tickets (desk, ticket) VALUES ($1, $2) ON CONFLICT DO NOTHING;

-- name: OpenTicketAgain :exec
DELETE FROM restricted_tickets WHERE desk = $1 AND ticket = $2;

-- name: ListBoardDesks :many
SELECT d.* FROM desks d JOIN desk_profiles p ON p.desk = d.desk
WHERE d.desk > @after ORDER BY d.desk LIMIT @size;

-- name: PutDeskProfile :exec
INSERT INTO desk_profiles (desk, version, settings) VALUES ($1, $2, $3)
ON CONFLICT (desk) DO UPDATE SET version = EXCLUDED.version, settings = EXCLUDED.settings
WHERE desk_profiles.version <> EXCLUDED.version;

-- name: GetDeskProfile :one
SELECT * FROM desk_profiles WHERE desk = $1;

-- name: ListParties :many
SELECT unit FROM units WHERE desk = $1 AND unit NOT LIKE 'parties/%/groups/%' ORDER BY unit;

-- A desk that follows a profile whose settings were not read yet.
-- name: AwaitDeskProfile :exec
INSERT INTO desk_profiles (desk, version, settings) VALUES ($1, '', '') ON CONFLICT DO NOTHING;
