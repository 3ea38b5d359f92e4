INSERT INTO event_texts (desk, resource, revision, name, language_code, salt, text)
SELECT $1, $2, t.revision, t.name, t.language_code, t.salt, t.text
FROM unnest($3::bigint[], $4::text[], $5::text[], $6::bytea[], $7::text[])
     AS t (revision, name, language_code, salt, text)
