-- epoch, xid and position are the defaults of the table: no caller can choose a place in the order.
INSERT INTO events (desk, resource, revision, type, schema_version, shard, text_count, audience,
                    stored, hash, previous_hash, occurred_at, recorded_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
