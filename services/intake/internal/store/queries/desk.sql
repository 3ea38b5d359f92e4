-- name: GetDesk :one
SELECT * FROM desks WHERE desk = $1;

-- name: PutDesk :exec
-- A desk never changes, and who reads it may remember it. The feed may tell of it more than once.
INSERT INTO desks (desk, number_prefix, number_digits, authority_party, contact_party, language_code)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (desk) DO NOTHING;
