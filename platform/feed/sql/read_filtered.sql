-- $1-$3 after, $4 limit, $5 rows to look at, $6 desk, $7 types, $8 shards, $9 audience, $10 desks, each NULL when it does not restrict.
-- At most $5 rows are looked at, so that a filter that lets nothing through costs no more than one that does; the window's
-- end says how far that was.
SELECT edge.epoch, edge.xmax,
       coalesce((SELECT (epoch, xid) >= (edge.epoch, edge.xmin) FROM events
                 ORDER BY epoch DESC, xid DESC, position DESC LIMIT 1), false) AS held_back,
       w.epoch, w.xid, w.position, w.filled,
       e.epoch, e.xid, e.position, e.desk, e.resource, e.revision, e.type, e.shard,
       e.stored, e.hash, e.previous_hash,
       t.names, t.languages, t.texts, t.salts
FROM (SELECT current_setting('bavn.epoch')::bigint AS epoch,
             pg_snapshot_xmin(pg_current_snapshot()) AS xmin,
             pg_snapshot_xmax(pg_current_snapshot()) AS xmax) edge
LEFT JOIN LATERAL (
    SELECT * FROM (
        (SELECT epoch, xid, position, true AS filled FROM events
         WHERE (epoch, xid, position) > ($1::bigint, $2::xid8, $3::bigint) AND (epoch, xid) < (edge.epoch, edge.xmin)
         ORDER BY epoch, xid, position
         OFFSET $5 - 1 LIMIT 1)
        UNION ALL
        (SELECT epoch, xid, position, false FROM events
         WHERE (epoch, xid, position) > ($1::bigint, $2::xid8, $3::bigint) AND (epoch, xid) < (edge.epoch, edge.xmin)
         ORDER BY epoch DESC, xid DESC, position DESC
         LIMIT 1)
    ) ends ORDER BY epoch, xid, position LIMIT 1
) w ON true
LEFT JOIN LATERAL (
    SELECT * FROM (
        SELECT * FROM events
        WHERE (epoch, xid, position) > ($1::bigint, $2::xid8, $3::bigint) AND (epoch, xid) < (edge.epoch, edge.xmin)
        ORDER BY epoch, xid, position
        LIMIT $5
    ) looked_at
    WHERE ($6::text IS NULL OR desk = $6)
      AND ($7::text[] IS NULL OR type = ANY ($7))
      AND ($8::smallint[] IS NULL OR shard = ANY ($8))
      AND ($9::text[] IS NULL OR audience && $9)
      AND ($10::text[] IS NULL OR desk = ANY ($10))
    LIMIT $4
) e ON true
LEFT JOIN LATERAL (
    SELECT array_agg(name) AS names, array_agg(language_code) AS languages, array_agg(text) AS texts, array_agg(salt) AS salts
    FROM event_texts
    WHERE e.text_count > 0 AND (desk, resource, revision) = (e.desk, e.resource, e.revision)
) t ON true
