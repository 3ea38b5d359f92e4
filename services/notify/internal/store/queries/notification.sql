-- One statement for a whole batch of the feed. A message that is in the ledger already stays as it is and is not returned.
-- name: InsertNotifications :many
INSERT INTO notifications (desk, notification, ticket, event_revision, event_type, rule, recipient, template, person, unit,
    ticket_status, audience, message_id, journey_trace, journey_root, traceparent, created_at, delivery, reason, queued_at, due_at, settled_at,
    revision, chain_hash, last_event_at, party, medium, profile_version, own_number, sight, urgent, letter)
SELECT m.desk, m.notification, m.ticket, m.event_revision, m.event_type, m.rule, m.recipient, m.template, m.person, m.unit,
    m.ticket_status, m.audience, m.message_id, m.journey_trace, m.journey_root, m.traceparent, @now::timestamptz, m.delivery, m.reason,
    m.due_at, m.due_at, CASE WHEN m.delivery <> 1 THEN @now END, m.revision, m.chain_hash, CASE WHEN m.revision > 0 THEN @now END, m.party, m.medium,
    m.profile_version, m.own_number, m.sight, m.urgent, nullif(m.letter, '00000000-0000-0000-0000-000000000000'::uuid)
FROM (
    SELECT unnest(@desks::text[]) AS desk, unnest(@notifications::uuid[]) AS notification, unnest(@tickets::text[]) AS ticket,
        unnest(@event_revisions::bigint[]) AS event_revision, unnest(@event_types::text[]) AS event_type,
        unnest(@rules::text[]) AS rule, unnest(@recipients::text[]) AS recipient, unnest(@templates::text[]) AS template,
        unnest(@persons::text[]) AS person, unnest(@units::text[]) AS unit, unnest(@ticket_statuses::smallint[]) AS ticket_status,
        string_to_array(unnest(@audiences::text[]), ' ') AS audience, unnest(@message_ids::text[]) AS message_id,
        unnest(@journey_traces::bytea[]) AS journey_trace, unnest(@journey_roots::bytea[]) AS journey_root,
        unnest(@traceparents::text[]) AS traceparent, unnest(@deliveries::smallint[]) AS delivery,
        unnest(@reasons::text[]) AS reason, unnest(@revisions::bigint[]) AS revision, unnest(@chain_hashes::bytea[]) AS chain_hash,
        unnest(@parties::text[]) AS party, unnest(@media::smallint[]) AS medium,
        unnest(@profile_versions::text[]) AS profile_version, unnest(@own_numbers::text[]) AS own_number,
        unnest(@sights::smallint[]) AS sight, unnest(@urgents::boolean[]) AS urgent, unnest(@letters::uuid[]) AS letter,
        unnest(@due_ats::timestamptz[]) AS due_at
) m
ON CONFLICT DO NOTHING
RETURNING notification;

-- name: GetNotification :one
SELECT * FROM notifications WHERE desk = $1 AND notification = $2;

-- Whether a ticket's reporter was asked already how it was (R112).
-- name: Invited :one
SELECT EXISTS (
    SELECT FROM notifications WHERE desk = @desk AND recipient = @recipient AND ticket = @ticket AND rule = @rule AND delivery = 2
);

-- name: LockNotification :one
SELECT * FROM notifications WHERE desk = $1 AND notification = $2 FOR UPDATE;

-- What is held back for a digest is left to it.
-- name: ListQueued :many
SELECT n.* FROM notifications n
WHERE n.desk = @desk AND n.notification = ANY (@notifications::uuid[]) AND n.delivery = 1
    AND NOT EXISTS (SELECT FROM held_back h WHERE h.desk = n.desk AND h.recipient = n.recipient AND h.notification = n.notification)
ORDER BY n.notification;

-- name: ListQueuedAll :many
SELECT * FROM notifications
WHERE desk = @desk AND notification = ANY (@notifications::uuid[]) AND delivery = 1
ORDER BY notification;

-- A claim is an attempt that has begun. due_at keeps everybody else away until it is surely over.
-- name: ClaimNotifications :many
UPDATE notifications n SET attempts = n.attempts + 1, claimed_at = @now::timestamptz, due_at = @until::timestamptz
FROM (
    SELECT q.desk, q.notification, q.claimed_at IS NOT NULL AS in_doubt FROM notifications q
    WHERE q.desk = @desk AND q.notification = ANY (@notifications::uuid[]) AND q.delivery = 1 AND q.due_at <= @now
        -- What was withdrawn while the letter was written, or stopped with the whole storm, does not begin.
        AND NOT q.withdrawn AND NOT EXISTS (SELECT FROM outboxes o WHERE o.desk = q.desk AND o.paused_at IS NOT NULL)
    ORDER BY q.notification FOR UPDATE
) due
WHERE n.desk = due.desk AND n.notification = due.notification
RETURNING sqlc.embed(n), due.in_doubt::boolean AS in_doubt;

-- name: LockNotifications :many
SELECT * FROM notifications
WHERE desk = @desk AND notification = ANY (@notifications::uuid[])
ORDER BY notification FOR UPDATE;

-- name: SettleNotifications :exec
UPDATE notifications n SET delivery = s.delivery, reason = s.reason, language_code = s.language_code, due_at = s.due_at,
    claimed_at = NULL, settled_at = CASE WHEN s.delivery <> 1 THEN @now::timestamptz END,
    revision = s.revision, chain_hash = s.chain_hash,
    last_event_at = CASE WHEN s.revision > n.revision THEN s.last_event_at ELSE n.last_event_at END
FROM (
    SELECT unnest(@notifications::uuid[]) AS notification, unnest(@deliveries::smallint[]) AS delivery,
        unnest(@reasons::text[]) AS reason, unnest(@language_codes::text[]) AS language_code,
        unnest(@due_ats::timestamptz[]) AS due_at,
        unnest(@revisions::bigint[]) AS revision, unnest(@chain_hashes::bytea[]) AS chain_hash,
        unnest(@last_event_ats::timestamptz[]) AS last_event_at
) s
WHERE n.desk = @desk AND n.notification = s.notification;

-- name: RequeueNotification :exec
UPDATE notifications SET delivery = 1, reason = '', queued_at = @now, due_at = @now, settled_at = NULL,
    revision = @revision, chain_hash = @chain_hash, last_event_at = @last_event_at
WHERE desk = @desk AND notification = @notification;

-- name: ListNotifications :many
SELECT * FROM notifications
WHERE desk = @desk AND notification < @before AND audience && @keys::text[]
ORDER BY notification DESC LIMIT @size;

-- name: ListNotificationsOfTicket :many
SELECT * FROM notifications
WHERE desk = @desk AND ticket = @ticket AND notification < @before AND audience && @keys::text[]
ORDER BY notification DESC LIMIT @size;

-- name: ListNotificationsOfRecipient :many
SELECT * FROM notifications
WHERE desk = @desk AND recipient = @recipient AND notification < @before
ORDER BY notification DESC LIMIT @size;
