-- Takes the recipients' turns, in order, and says how fast each has been written to and how they want it.
-- name: TakePaces :many
WITH taken AS (
    INSERT INTO paces (desk, recipient) SELECT @desk::text, r FROM unnest(@recipients::text[]) r ORDER BY r
    ON CONFLICT (desk, recipient) DO UPDATE SET recipient = EXCLUDED.recipient
    RETURNING desk, recipient, let_out, digest_at
)
SELECT t.recipient, t.let_out, t.digest_at, coalesce(p.muted, '{}')::smallint[] AS muted, coalesce(p.quiet_from, 0)::smallint AS quiet_from,
    coalesce(p.quiet_until, 0)::smallint AS quiet_until, coalesce(p.digest, false)::boolean AS digest
FROM taken t LEFT JOIN preferences p ON p.desk = t.desk AND p.person = t.recipient;

-- name: KeepPace :exec
UPDATE paces SET let_out = @let_out, digest_at = @digest_at WHERE desk = @desk AND recipient = @recipient;

-- name: LockPace :one
SELECT p.*, coalesce(w.quiet_from, 0)::smallint AS quiet_from, coalesce(w.quiet_until, 0)::smallint AS quiet_until
FROM paces p LEFT JOIN preferences w ON w.desk = p.desk AND w.person = p.recipient
WHERE p.desk = $1 AND p.recipient = $2 FOR UPDATE OF p;

-- name: CarryDigest :exec
UPDATE paces SET carrier = @carrier, digest_at = @digest_at WHERE desk = @desk AND recipient = @recipient;

-- name: HoldBack :exec
INSERT INTO held_back (desk, recipient, notification) SELECT @desk::text, unnest(@recipients::text[]), unnest(@notifications::uuid[])
ON CONFLICT DO NOTHING;

-- name: PostponeNotifications :exec
UPDATE notifications SET due_at = @due_at WHERE desk = @desk AND notification = ANY (@notifications::uuid[]) AND delivery = 1;

-- name: TakeHeldBack :many
DELETE FROM held_back WHERE (desk, recipient, notification) IN (
    SELECT h.desk, h.recipient, h.notification FROM held_back h
    WHERE h.desk = @desk AND h.recipient = @recipient ORDER BY h.notification LIMIT @size)
RETURNING notification;

-- name: AnyHeldBack :one
SELECT EXISTS (SELECT FROM held_back WHERE desk = $1 AND recipient = $2);

-- name: CountHeldBack :one
SELECT count(*) FROM held_back WHERE desk = $1;

-- name: NameDigest :exec
UPDATE notifications SET digest = @digest::uuid WHERE desk = @desk AND notification = ANY (@notifications::uuid[]);

-- What a digest tells, newest first.
-- name: ListDigested :many
SELECT * FROM notifications WHERE desk = @desk AND digest = @digest::uuid ORDER BY notification DESC LIMIT @size;

-- name: CountDigested :one
SELECT count(DISTINCT ticket) FROM notifications WHERE desk = @desk AND digest = @digest::uuid;

-- name: Paused :one
SELECT EXISTS (SELECT FROM outboxes WHERE desk = $1 AND paused_at IS NOT NULL);

-- Whether a desk's messages may go out, and which of these recipients said how they want them.
-- name: MayGoOut :one
SELECT EXISTS (SELECT FROM outboxes o WHERE o.desk = @desk AND o.paused_at IS NOT NULL) AS paused,
    ARRAY(SELECT p.person FROM preferences p WHERE p.desk = @desk AND p.person = ANY (@recipients::text[]))::text[] AS wishing;
