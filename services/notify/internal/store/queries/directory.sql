-- name: PutDesk :exec
INSERT INTO desks (desk, display_name, language_code, authority_party, time_zone) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (desk) DO UPDATE SET display_name = EXCLUDED.display_name, language_code = EXCLUDED.language_code,
    authority_party = EXCLUDED.authority_party, time_zone = EXCLUDED.time_zone;

-- name: GetDesk :one
SELECT * FROM desks WHERE desk = $1;

-- name: PutUnit :exec
INSERT INTO units (desk, unit, display_name) VALUES ($1, $2, $3)
ON CONFLICT (desk, unit) DO UPDATE SET display_name = EXCLUDED.display_name;

-- name: GetUnits :many
SELECT * FROM units WHERE desk = @desk AND unit = ANY (@units::text[]);

-- Who may answer what is offered to a party or to one of its groups.
-- name: Receivers :many
SELECT desk, party, grp, person FROM memberships
WHERE (desk, party, grp) IN (SELECT unnest(@desks::text[]), unnest(@parties::text[]), unnest(@groups::text[]))
    AND roles && '{agent,dispatcher}'
ORDER BY desk, party, grp, person;
