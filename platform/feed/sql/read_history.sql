-- $1 desk, $2 resource, $3 after revision, $4 limit. What is committed is visible: within one resource the revision is the
-- order, and no transaction can add a revision below one that exists.
SELECT e.epoch, e.xid, e.position, e.desk, e.resource, e.revision, e.type, e.shard,
       e.stored, e.hash, e.previous_hash,
       t.names, t.languages, t.texts, t.salts
FROM (
    SELECT * FROM events
    WHERE desk = $1 AND resource = $2 AND revision > $3
    ORDER BY revision
    LIMIT $4
) e
LEFT JOIN LATERAL (
    SELECT array_agg(name) AS names, array_agg(language_code) AS languages, array_agg(text) AS texts, array_agg(salt) AS salts
    FROM event_texts
    WHERE e.text_count > 0 AND (desk, resource, revision) = (e.desk, e.resource, e.revision)
) t ON true
ORDER BY e.revision
