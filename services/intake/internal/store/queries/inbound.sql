-- name: InsertInboundItem :exec
INSERT INTO inbound_items (desk, inbound, channel, source, source_key, media_type, original_size, original_sha256, in_blob, route, envelope,
    received_at, traceparent, outcome, duplicate_of, settled_at, revision, chain_hash, last_event_at)
VALUES (@desk, @inbound, @channel, @source, @source_key, @media_type, @original_size, @original_sha256, @in_blob, @route, @envelope,
    @received_at, @traceparent, @outcome, @duplicate_of, @settled_at, @revision, @chain_hash, @last_event_at);

-- name: InsertInboundOriginal :exec
INSERT INTO inbound_originals (desk, inbound, content) VALUES (@desk, @inbound, @content);

-- name: FirstInboundItem :one
-- What came with this key before.
SELECT inbound, original_sha256 FROM inbound_items
WHERE desk = @desk AND source = @source AND source_key = @source_key AND duplicate_of IS NULL;

-- name: GetInboundItem :one
SELECT * FROM inbound_items WHERE desk = $1 AND inbound = $2;

-- name: LockInboundItem :one
SELECT * FROM inbound_items WHERE desk = $1 AND inbound = $2 FOR UPDATE;

-- name: GetInboundOriginal :one
SELECT content FROM inbound_originals WHERE desk = $1 AND inbound = $2;

-- name: InboundBlobs :many
SELECT inbound, source FROM inbound_items WHERE desk = $1 AND in_blob AND erased_at IS NULL;

-- name: ListInboundItems :many
SELECT * FROM inbound_items
WHERE desk = @desk AND inbound < @before
ORDER BY inbound DESC LIMIT @size;

-- name: ListInboundItemsByOutcome :many
SELECT * FROM inbound_items
WHERE desk = @desk AND outcome = @outcome AND inbound < @before
ORDER BY inbound DESC LIMIT @size;

-- name: SettleInboundItem :exec
UPDATE inbound_items SET outcome = @outcome, ticket = @ticket, duplicate_of = @duplicate_of, reason = @reason, sender = @sender,
    subject = @subject, person = @person, settled_at = @settled_at, released = @released, revision = @revision,
    chain_hash = @chain_hash, last_event_at = @last_event_at
WHERE desk = @desk AND inbound = @inbound;

-- name: CountInbound :many
-- Reads the whole of the desk: it is asked by people who reconcile.
SELECT i.source, count(*) AS accepted,
    count(*) FILTER (WHERE outcome = 0) AS pending, count(*) FILTER (WHERE outcome = 1) AS ticketed,
    count(*) FILTER (WHERE outcome = 2) AS joined, count(*) FILTER (WHERE outcome = 3) AS refused,
    count(*) FILTER (WHERE outcome = 4) AS quarantined, count(*) FILTER (WHERE outcome = 5) AS duplicate,
    count(*) FILTER (WHERE o.inbound IS NOT NULL OR in_blob AND erased_at IS NULL) AS originals, count(*) FILTER (WHERE erased_at IS NOT NULL) AS erased,
    count(*) FILTER (WHERE erased_at IS NULL AND o.inbound IS NULL AND NOT in_blob AND NOT EXISTS (
        -- The same bytes again are not kept twice.
        SELECT FROM inbound_items f WHERE f.desk = i.desk AND f.inbound = i.duplicate_of AND f.original_sha256 = i.original_sha256
    )) AS missing,
    coalesce(min(received_at) FILTER (WHERE outcome = 0), 'epoch')::timestamptz AS oldest_pending
FROM inbound_items i LEFT JOIN inbound_originals o USING (desk, inbound)
WHERE i.desk = @desk GROUP BY i.source ORDER BY i.source;

-- name: CountOpenedByMail :one
SELECT count(*) FROM inbound_items
WHERE desk = @desk AND person = @person AND received_at > @since AND outcome = 1 AND source = 'mail';

-- name: PersonByEmail :one
-- The first by id, where several share an address.
SELECT person FROM persons WHERE desk = @desk AND lower(email) = lower(@email) AND email <> '' AND NOT closed ORDER BY person LIMIT 1;

-- name: LockAddress :exec
-- Until the end of the transaction, so that an address becomes one person.
SELECT pg_advisory_xact_lock(hashtextextended('address ' || @address::text, 0));

-- name: InboundOfPerson :many
SELECT * FROM inbound_items WHERE desk = @desk AND person = @person AND erased_at IS NULL ORDER BY inbound LIMIT @most;

-- name: EraseInboundItem :exec
UPDATE inbound_items SET envelope = '', sender = '', subject = '', erased_at = @erased_at, revision = @revision, chain_hash = @chain_hash,
    last_event_at = @last_event_at
WHERE desk = @desk AND inbound = @inbound;

-- name: DropInboundOriginal :exec
DELETE FROM inbound_originals WHERE desk = @desk AND inbound = @inbound;
