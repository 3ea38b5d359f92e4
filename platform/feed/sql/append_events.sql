-- Many events and their texts, in the order of the arrays. An audience has one key per line.
WITH texts AS (
    INSERT INTO event_texts (desk, resource, revision, name, language_code, salt, text)
    SELECT * FROM unnest($14::text[], $15::text[], $16::bigint[], $17::text[], $18::text[], $19::bytea[], $20::text[])
)
INSERT INTO events (desk, resource, revision, type, schema_version, shard, text_count, audience,
                    stored, hash, previous_hash, occurred_at, recorded_at)
SELECT e.desk, e.resource, e.revision, e.type, e.schema_version, e.shard, e.text_count, string_to_array(e.audience, E'\n'),
       e.stored, e.hash, e.previous_hash, e.occurred_at, e.recorded_at
FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::integer[], $6::smallint[], $7::smallint[], $8::text[],
            $9::bytea[], $10::bytea[], $11::bytea[], $12::timestamptz[], $13::timestamptz[])
     AS e (desk, resource, revision, type, schema_version, shard, text_count, audience,
           stored, hash, previous_hash, occurred_at, recorded_at)
