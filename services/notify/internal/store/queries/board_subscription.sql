-- A subscription that is asked for again within the hour stays as it is, and is not returned.
-- name: AskForSubscription :one
INSERT INTO board_subscriptions (desk, subscription, email, services, language_code, asked_at, asked)
VALUES (@desk, @subscription, @email, @services, @language_code, @now, 1)
ON CONFLICT (desk, email) DO UPDATE SET services = CASE WHEN board_subscriptions.confirmed_at IS NULL
        THEN EXCLUDED.services ELSE board_subscriptions.services END,
    language_code = EXCLUDED.language_code, asked_at = EXCLUDED.asked_at, asked = board_subscriptions.asked + 1
WHERE board_subscriptions.asked_at <= @again_before::timestamptz
RETURNING *;

-- name: ConfirmSubscription :execrows
UPDATE board_subscriptions SET confirmed_at = coalesce(confirmed_at, @now::timestamptz)
WHERE desk = @desk AND subscription = @subscription;

-- name: EndSubscription :exec
DELETE FROM board_subscriptions WHERE desk = $1 AND subscription = $2;

-- name: ForgetUnconfirmed :execrows
DELETE FROM board_subscriptions WHERE confirmed_at IS NULL AND asked_at < @before::timestamptz;

-- name: GetSubscriptions :many
SELECT * FROM board_subscriptions WHERE desk = @desk AND subscription = ANY (@subscriptions::uuid[]);

-- name: SubscribersOf :many
SELECT * FROM board_subscriptions
WHERE desk = @desk AND confirmed_at IS NOT NULL AND subscription > @after
    AND (services = '{}' OR @services::text[] = '{}' OR services && @services::text[])
ORDER BY subscription LIMIT @size;

-- name: InsertAboutNotifications :many
INSERT INTO notifications (desk, notification, ticket, event_revision, event_type, rule, recipient, template, person, unit,
    ticket_status, audience, message_id, traceparent, created_at, delivery, queued_at, due_at, party, medium, topic, urgent)
SELECT @desk::text, m.notification, @ticket::text, @event_revision::bigint, @event_type::text, @rule::text, m.recipient,
    @template::text, '', '', 0, @audience::text[], m.message_id, @traceparent::text, @now::timestamptz, 1, @now, @now, @party::text, 1,
    @topic::text, @urgent::boolean
FROM (
    SELECT unnest(@notifications::uuid[]) AS notification, unnest(@recipients::text[]) AS recipient,
        unnest(@message_ids::text[]) AS message_id
) m
ON CONFLICT DO NOTHING
RETURNING notification;
