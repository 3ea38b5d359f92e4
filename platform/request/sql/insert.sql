INSERT INTO requests (desk, principal, method, request_id, payload_sha256, resource, revision, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
