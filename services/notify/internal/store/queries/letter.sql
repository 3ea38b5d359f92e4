-- name: InsertLetter :exec
INSERT INTO letters (desk, letter, ticket, author, subject, body, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: GetLetters :many
SELECT * FROM letters WHERE desk = @desk AND letter = ANY (@letters::uuid[]);

-- name: CountLetters :one
SELECT count(*) FROM letters WHERE desk = $1 AND ticket = $2;

-- name: EraseLetters :exec
DELETE FROM letters WHERE desk = $1 AND ticket = $2;
