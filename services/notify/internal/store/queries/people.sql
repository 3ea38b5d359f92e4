-- Whoever is named by party, by role or by name, with all their parts.
-- name: MembersNamed :many
SELECT person, party, grp, roles FROM memberships
WHERE desk = @desk AND (party = ANY (@parties::text[]) OR roles && @roles::text[] OR person = ANY (@persons::text[]))
ORDER BY person, party, grp;

-- name: StakeholdersOf :many
SELECT person FROM stakeholders WHERE desk = @desk AND @priority::text = ANY (priorities) ORDER BY person;

-- Who follows one of the tickets, once for each part that they have in the desk.
-- name: WatchersOf :many
SELECT w.ticket, w.person, coalesce(m.party, '')::text AS party, coalesce(m.grp, '')::text AS grp, coalesce(m.roles, '{}')::text[] AS roles
FROM watches w LEFT JOIN memberships m ON m.person = w.person AND m.desk = w.desk
WHERE w.desk = @desk AND w.ticket = ANY (@tickets::text[])
ORDER BY w.ticket, w.person, m.membership;
