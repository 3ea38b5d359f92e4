-- name: EnsureShards :exec
INSERT INTO feed_subscriptions (subscriber, source, shard)
SELECT @subscriber::text, @source::text, s FROM generate_series(0, 63) s
ON CONFLICT DO NOTHING;

-- name: LockAgainstApplying :exec
-- Waits for every transaction that applies events, and keeps new ones out; see sql/begin_applying.sql.
SELECT pg_advisory_xact_lock(hashtextextended('bavn.feed.apply/' || @subscriber::text || '/' || @source::text, 0));

-- name: LockLeases :exec
-- One replica at a time decides who has what.
SELECT pg_advisory_xact_lock(hashtextextended('bavn.feed.leases/' || @subscriber::text || '/' || @source::text, 0));

-- name: RenewLease :exec
-- The database's clock is the only one that all replicas share.
INSERT INTO feed_replicas (subscriber, source, replica, lease_until)
VALUES (@subscriber, @source, @replica, clock_timestamp() + make_interval(secs => @lease_seconds::float8))
ON CONFLICT (subscriber, source, replica) DO UPDATE SET lease_until = excluded.lease_until;

-- name: EndLease :exec
DELETE FROM feed_replicas WHERE subscriber = @subscriber AND source = @source AND replica = @replica;

-- name: ForgetReplicas :exec
DELETE FROM feed_replicas WHERE subscriber = @subscriber AND source = @source AND lease_until < clock_timestamp();

-- name: Replicas :many
SELECT replica FROM feed_replicas WHERE subscriber = @subscriber AND source = @source ORDER BY replica;

-- name: Owners :many
SELECT coalesce(owner, '')::text FROM feed_subscriptions
WHERE subscriber = @subscriber AND source = @source
ORDER BY shard;

-- name: TakeShards :execrows
-- Waits for a transaction of the former owner that has already moved the position; one that has not yet will find its
-- generation gone. Rows of several shards are always locked in their order, so that nobody waits in a circle.
WITH mine AS (
    SELECT shard FROM feed_subscriptions
    WHERE subscriber = @subscriber AND source = @source AND shard = ANY (@shards::smallint[])
    ORDER BY shard FOR UPDATE
)
UPDATE feed_subscriptions s SET owner = @owner::text, generation = generation + 1
FROM mine
WHERE s.subscriber = @subscriber AND s.source = @source AND s.shard = mine.shard;

-- name: OwnedShards :many
SELECT shard, generation, epoch, xid, position FROM feed_subscriptions
WHERE subscriber = @subscriber AND source = @source AND owner = @owner::text
ORDER BY shard;

-- name: MoveShards :execrows
-- The fence: what does not match is no longer ours, and the whole transaction goes back.
WITH mine AS (
    SELECT l.shard FROM feed_subscriptions l
    JOIN (SELECT unnest(@shards::smallint[]) AS shard, unnest(@generations::bigint[]) AS generation) w
        ON w.shard = l.shard AND w.generation = l.generation
    WHERE l.subscriber = @subscriber AND l.source = @source AND l.owner = @owner::text
    ORDER BY l.shard FOR UPDATE OF l
)
UPDATE feed_subscriptions s SET epoch = @epoch::bigint, xid = @xid::xid8, position = @position::bigint
FROM mine
WHERE s.subscriber = @subscriber AND s.source = @source AND s.shard = mine.shard;

-- name: ResetShards :exec
UPDATE feed_subscriptions SET epoch = 0, xid = '0', position = 0, generation = generation + 1
WHERE subscriber = @subscriber AND source = @source;

-- name: ShardsBehind :one
-- Counted from those that have come so far, because a subscriber that has never run has no shards yet.
SELECT (64 - count(*))::bigint FROM feed_subscriptions
WHERE subscriber = @subscriber AND source = @source
  AND (epoch, xid, position) >= (@epoch::bigint, @xid::xid8, @position::bigint);

-- name: OwnsShard :one
SELECT EXISTS (
    SELECT FROM feed_subscriptions
    WHERE subscriber = @subscriber AND source = @source AND shard = @shard AND owner = @owner::text AND generation = @generation
);
