-- name: LockParkedResource :exec
-- Parking behind a parked event and replaying it must not overlap.
SELECT pg_advisory_xact_lock(hashtextextended(
    'bavn.feed.parked/' || @subscriber::text || '/' || @source::text || '/' || @resource::text, 0));

-- name: ParkedResources :many
SELECT DISTINCT resource FROM feed_parked
WHERE subscriber = @subscriber AND source = @source AND shard = ANY (@shards::smallint[]);

-- name: IsParked :one
SELECT EXISTS (SELECT FROM feed_parked
               WHERE subscriber = @subscriber AND source = @source AND resource = @resource);

-- name: Park :exec
INSERT INTO feed_parked (subscriber, source, resource, revision, shard, epoch, xid, position, type, error, attempts)
VALUES (@subscriber, @source, @resource, @revision, @shard, @epoch, @xid, @position, @type, @error, @attempts);

-- name: FirstParked :one
SELECT * FROM feed_parked
WHERE subscriber = @subscriber AND source = @source AND resource = @resource
ORDER BY revision
LIMIT 1;

-- name: Parked :many
-- Visible: what failed comes before what only waits behind it.
SELECT * FROM feed_parked
WHERE subscriber = @subscriber AND source = @source
ORDER BY (error = ''), parked_at, resource, revision
LIMIT @page_limit;

-- name: ListParked :many
-- By the primary key, of all subscribers of this database: what waits comes behind what it waits for.
SELECT * FROM feed_parked
WHERE (@source::text = '' OR source = @source)
  AND (subscriber, source, resource, revision)
      > (@after_subscriber::text, @after_source::text, @after_resource::text, @after_revision::bigint)
ORDER BY subscriber, source, resource, revision
LIMIT @page_limit;

-- name: CountParkedOf :one
SELECT count(*) FROM feed_parked WHERE resource = @resource AND (@source::text = '' OR source = @source);

-- name: Unpark :exec
DELETE FROM feed_parked
WHERE subscriber = @subscriber AND source = @source AND resource = @resource AND revision = @revision;

-- name: FailedAgain :exec
UPDATE feed_parked SET error = @error, attempts = attempts + 1
WHERE subscriber = @subscriber AND source = @source AND resource = @resource AND revision = @revision;

-- name: CountParked :one
SELECT count(*) FROM feed_parked WHERE subscriber = @subscriber AND source = @source;

-- name: DeleteParked :exec
DELETE FROM feed_parked WHERE subscriber = @subscriber AND source = @source;
