-- $1-$3 after, $4 limit, $5 desks and $6 resources in pairs, $7 types, $8 shards, $9 audience, $10 desks, each of the last four
-- NULL when it does not restrict. Few resources are found by the primary key and sorted; the window's end is the last row that
-- may be read.
SELECT edge.epoch, edge.xmax,
       coalesce((SELECT (epoch, xid) >= (edge.epoch, edge.xmin) FROM events
                 ORDER BY epoch DESC, xid DESC, position DESC LIMIT 1), false) AS held_back,
       w.epoch, w.xid, w.position, false,
       e.epoch, e.xid, e.position, e.desk, e.resource, e.revision, e.type, e.shard,
       e.stored, e.hash, e.previous_hash,
       t.names, t.languages, t.texts, t.salts
FROM (SELECT current_setting('bavn.epoch')::bigint AS epoch,
             pg_snapshot_xmin(pg_current_snapshot()) AS xmin,
             pg_snapshot_xmax(pg_current_snapshot()) AS xmax) edge
LEFT JOIN LATERAL (
    SELECT epoch, xid, position FROM events
    WHERE (epoch, xid, position) > ($1::bigint, $2::xid8, $3::bigint) AND (epoch, xid) < (edge.epoch, edge.xmin)
    ORDER BY epoch DESC, xid DESC, position DESC
    LIMIT 1
) w ON true
LEFT JOIN LATERAL (
    SELECT theirs.* FROM unnest($5::text[], $6::text[]) AS wanted (desk, resource)
    CROSS JOIN LATERAL (
        -- OFFSET 0 keeps the conditions below out of here: they would tempt the planner to walk the order of all events.
        SELECT * FROM events WHERE desk = wanted.desk AND resource = wanted.resource OFFSET 0
    ) theirs
    WHERE (epoch, xid, position) > ($1::bigint, $2::xid8, $3::bigint) AND (epoch, xid) < (edge.epoch, edge.xmin)
      AND ($7::text[] IS NULL OR type = ANY ($7))
      AND ($8::smallint[] IS NULL OR shard = ANY ($8))
      AND ($9::text[] IS NULL OR audience && $9)
      AND ($10::text[] IS NULL OR theirs.desk = ANY ($10))
    ORDER BY epoch, xid, position
    LIMIT $4
) e ON true
LEFT JOIN LATERAL (
    SELECT array_agg(name) AS names, array_agg(language_code) AS languages, array_agg(text) AS texts, array_agg(salt) AS salts
    FROM event_texts
    WHERE e.text_count > 0 AND (desk, resource, revision) = (e.desk, e.resource, e.revision)
) t ON true
