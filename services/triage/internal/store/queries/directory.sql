-- name: ReadDesk :one
SELECT * FROM desks WHERE desk = $1;

-- name: LockDesk :one
-- Every change of a desk's directory takes turns with the others: they are rare, and one looks at several resources.
SELECT * FROM desks WHERE desk = $1 FOR UPDATE;

-- name: InsertDesk :exec
INSERT INTO desks (desk, display_name, time_zone, language_code, number_prefix, number_digits, authority_party, contact_party,
                   create_time, revision, chain_hash, last_event_at, profile)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13);

-- name: AdoptProfile :exec
UPDATE desks SET profile = $2, revision = $3, chain_hash = $4, last_event_at = $5 WHERE desk = $1;

-- name: KeepProfileVersion :exec
INSERT INTO profile_versions (version, profile, settings, seen_since) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING;

-- name: ReadProfileVersion :one
SELECT * FROM profile_versions WHERE version = $1;

-- name: ProfilesFollowed :many
SELECT DISTINCT profile FROM desks WHERE profile <> '';

-- name: ListDesks :many
SELECT * FROM desks
WHERE (desk = ANY (sqlc.arg(visible)::text[]) OR sqlc.arg(all_of_them)::boolean) AND desk > sqlc.arg(after)::text
ORDER BY desk
LIMIT $1;

-- name: DesksOf :many
-- Desks in which a ticket shows itself to somebody, by their audience key.
SELECT DISTINCT desk FROM tickets WHERE audience @> ARRAY[sqlc.arg(key)::text] ORDER BY desk;

-- name: IsConcerned :one
SELECT EXISTS (SELECT FROM tickets WHERE desk = $1 AND audience @> ARRAY[sqlc.arg(key)::text]);

-- name: ReadParty :one
SELECT * FROM parties WHERE desk = $1 AND party = $2;

-- name: InsertParty :exec
INSERT INTO parties (desk, party, display_name, create_time, revision, chain_hash, last_event_at)
VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: ListParties :many
SELECT * FROM parties WHERE desk = $1 AND party > sqlc.arg(after)::text ORDER BY party LIMIT $2;

-- name: ReadGroup :one
SELECT * FROM groups WHERE desk = $1 AND "group" = $2;

-- name: InsertGroup :exec
INSERT INTO groups (desk, "group", party, display_name, level, create_time, revision, chain_hash, last_event_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- name: ListGroups :many
SELECT * FROM groups
WHERE desk = $1 AND (party = sqlc.arg(party)::text OR sqlc.arg(party)::text = '') AND "group" > sqlc.arg(after)::text
ORDER BY "group"
LIMIT $2;

-- name: ReadMembershipChain :one
SELECT * FROM membership_chains WHERE desk = $1 AND membership = $2;

-- name: PutMembershipChain :exec
INSERT INTO membership_chains (desk, membership, revision, chain_hash, last_event_at)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (desk, membership) DO UPDATE
SET revision = excluded.revision, chain_hash = excluded.chain_hash, last_event_at = excluded.last_event_at;

-- name: ReadMembership :one
SELECT * FROM memberships WHERE desk = $1 AND membership = $2;

-- name: OtherAdministrators :one
-- Administrators of a desk beside one membership.
SELECT count(*) FROM memberships WHERE desk = $1 AND membership <> $2 AND sqlc.arg(role)::text = ANY (roles);

-- name: ListMemberships :many
SELECT * FROM memberships
WHERE desk = $1
  AND (person = sqlc.arg(person)::text OR sqlc.arg(person)::text = '')
  AND (party = sqlc.arg(party)::text OR sqlc.arg(party)::text = '')
  AND membership > sqlc.arg(after)::text
ORDER BY membership
LIMIT $2;
