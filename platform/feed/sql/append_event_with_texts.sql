-- append_event.sql and the event's texts in one statement.
WITH texts AS (
    INSERT INTO event_texts (desk, resource, revision, name, language_code, salt, text)
    SELECT $1, $2, $3, t.name, t.language_code, t.salt, t.text
    FROM unnest($14::text[], $15::text[], $16::bytea[], $17::text[]) AS t (name, language_code, salt, text)
)
INSERT INTO events (desk, resource, revision, type, schema_version, shard, text_count, audience,
                    stored, hash, previous_hash, occurred_at, recorded_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
