-- $1-$3 after, $4 limit. The edge is one row, so this is one index scan of at most $4 rows. (epoch, xid) < edge is
-- "an older epoch, or below xmin in this one" in the form that the index understands.
SELECT edge.epoch, edge.xmax,
       coalesce((SELECT (epoch, xid) >= (edge.epoch, edge.xmin) FROM events
                 ORDER BY epoch DESC, xid DESC, position DESC LIMIT 1), false) AS held_back,
       NULL::bigint, NULL::xid8, NULL::bigint, false,
       e.epoch, e.xid, e.position, e.desk, e.resource, e.revision, e.type, e.shard,
       e.stored, e.hash, e.previous_hash,
       t.names, t.languages, t.texts, t.salts
FROM (SELECT current_setting('bavn.epoch')::bigint AS epoch,
             pg_snapshot_xmin(pg_current_snapshot()) AS xmin,
             pg_snapshot_xmax(pg_current_snapshot()) AS xmax) edge
LEFT JOIN LATERAL (
    SELECT * FROM events
    WHERE (epoch, xid, position) > ($1::bigint, $2::xid8, $3::bigint) AND (epoch, xid) < (edge.epoch, edge.xmin)
    ORDER BY epoch, xid, position
    LIMIT $4
) e ON true
LEFT JOIN LATERAL (
    SELECT array_agg(name) AS names, array_agg(language_code) AS languages, array_agg(text) AS texts, array_agg(salt) AS salts
    FROM event_texts
    WHERE e.text_count > 0 AND (desk, resource, revision) = (e.desk, e.resource, e.revision)
) t ON true
