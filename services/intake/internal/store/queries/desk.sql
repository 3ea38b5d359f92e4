-- name: GetDesk :one
SELECT * FROM desks WHERE desk = $1;

-- name: PutDesk :exec
INSERT INTO desks (desk, number_prefix, number_digits, authority_party, contact_party, language_code)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (desk) DO UPDATE SET number_prefix = EXCLUDED.number_prefix, number_digits = EXCLUDED.number_digits,
    authority_party = EXCLUDED.authority_party, contact_party = EXCLUDED.contact_party, language_code = EXCLUDED.language_code;
