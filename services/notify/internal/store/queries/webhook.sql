-- name: InsertWebhook :exec
INSERT INTO webhooks (desk, webhook, display_name, party, url, event_types, personal_data, state, secret, created_at,
    revision, chain_hash, last_event_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, 1, $8, $9, $10, $11, $12);

-- name: GetWebhook :one
SELECT * FROM webhooks WHERE desk = $1 AND webhook = $2;

-- name: LockWebhook :one
SELECT * FROM webhooks WHERE desk = $1 AND webhook = $2 FOR UPDATE;

-- name: ListWebhooks :many
SELECT * FROM webhooks
WHERE desk = @desk AND (@every::boolean OR party = ANY (@parties::text[])) AND state <> 3 AND webhook > @after
ORDER BY webhook LIMIT @size;

-- Who hears what happens in these desks; disabled ones too, which can be told later.
-- name: WebhooksOf :many
SELECT * FROM webhooks WHERE desk = ANY (@desks::text[]) AND state <> 3 ORDER BY desk, webhook;

-- name: DesksWithWebhooks :many
SELECT DISTINCT desk FROM webhooks WHERE state <> 3 ORDER BY desk;

-- name: ChangeWebhook :exec
UPDATE webhooks SET display_name = @display_name, url = @url, event_types = @event_types, personal_data = @personal_data,
    state = @state, disable_reason = @disable_reason, secret = @secret, previous_secret = @previous_secret,
    overlap_ends_at = @overlap_ends_at, failures = @failures, failing_since = @failing_since, open_until = @open_until,
    revision = @revision, chain_hash = @chain_hash, last_event_at = @last_event_at
WHERE desk = @desk AND webhook = @webhook;

-- name: DropDeliveries :exec
DELETE FROM webhook_deliveries WHERE desk = $1 AND webhook = $2;

-- One statement for a whole batch of the feed; what is queued already stays as it is.
-- name: InsertDeliveries :many
INSERT INTO webhook_deliveries (desk, webhook, delivery, resource, event_revision, event_type, body, traceparent, state, reason,
    created_at, queued_at, due_at, settled_at)
SELECT d.desk, d.webhook, d.delivery, d.resource, d.event_revision, d.event_type, d.body, d.traceparent, d.state, d.reason,
    @now::timestamptz, @now, @now, CASE WHEN d.state <> 1 THEN @now END
FROM (
    SELECT unnest(@desks::text[]) AS desk, unnest(@webhooks::text[]) AS webhook, unnest(@deliveries::uuid[]) AS delivery,
        unnest(@resources::text[]) AS resource, unnest(@event_revisions::bigint[]) AS event_revision,
        unnest(@event_types::text[]) AS event_type, unnest(@bodies::bytea[]) AS body,
        unnest(@traceparents::text[]) AS traceparent, unnest(@states::smallint[]) AS state, unnest(@reasons::text[]) AS reason
) d
ON CONFLICT DO NOTHING
RETURNING desk, webhook, delivery;

-- R149: a party that does not see a ticket any more has nothing of it in its webhooks.
-- name: ForgetDeliveries :exec
DELETE FROM webhook_deliveries d USING webhooks w
WHERE d.desk = @desk AND d.resource = @resource AND d.event_revision <= @revision AND w.desk = d.desk AND w.webhook = d.webhook
    AND NOT ('parties/' || w.party) = ANY (@audience::text[]);

-- A job takes the webhook for itself.
-- name: LeaseWebhook :one
UPDATE webhooks SET leased_until = @until, again = false
WHERE desk = @desk AND webhook = @webhook AND state = 1 AND (leased_until IS NULL OR leased_until <= @now::timestamptz)
RETURNING *;

-- Or leaves word with the job that has it.
-- name: LeaveWord :execrows
UPDATE webhooks SET again = true
WHERE desk = @desk AND webhook = @webhook AND state = 1 AND leased_until > @now::timestamptz;

-- name: RenewLease :exec
UPDATE webhooks SET leased_until = @until WHERE desk = @desk AND webhook = @webhook;

-- What is due, of each resource the first that is queued: what follows waits for it.
-- name: DueDeliveries :many
SELECT * FROM webhook_deliveries d
WHERE d.desk = @desk AND d.webhook = @webhook AND d.state = 1 AND d.due_at <= @now AND NOT EXISTS (
    SELECT FROM webhook_deliveries e
    WHERE e.desk = d.desk AND e.webhook = d.webhook AND e.resource = d.resource AND e.state = 1
        AND e.event_revision < d.event_revision)
ORDER BY d.due_at, d.delivery LIMIT @size;

-- When the next is due.
-- name: NextDue :one
SELECT d.due_at FROM webhook_deliveries d
WHERE d.desk = @desk AND d.webhook = @webhook AND d.state = 1 AND NOT EXISTS (
    SELECT FROM webhook_deliveries e
    WHERE e.desk = d.desk AND e.webhook = d.webhook AND e.resource = d.resource AND e.state = 1
        AND e.event_revision < d.event_revision)
ORDER BY d.due_at LIMIT 1;

-- name: SettleDelivery :exec
UPDATE webhook_deliveries SET state = @state, attempts = attempts + 1, reason = @reason, due_at = @due_at, settled_at = @settled_at
WHERE desk = @desk AND webhook = @webhook AND delivery = @delivery AND state = 1;

-- name: KeepHealth :exec
UPDATE webhooks SET failures = @failures, failing_since = @failing_since, open_until = @open_until
WHERE desk = @desk AND webhook = @webhook;

-- name: EndLease :exec
UPDATE webhooks SET leased_until = NULL, again = false, waiting_job = @waiting_job, waiting_until = @waiting_until
WHERE desk = @desk AND webhook = @webhook;

-- name: GiveUpQueued :exec
UPDATE webhook_deliveries SET state = 3, reason = @reason, settled_at = @now::timestamptz
WHERE desk = @desk AND webhook = @webhook AND state = 1;

-- name: GetDelivery :one
SELECT * FROM webhook_deliveries WHERE desk = $1 AND webhook = $2 AND delivery = $3;

-- name: RequeueDelivery :execrows
UPDATE webhook_deliveries SET state = 1, reason = '', attempts = 0, queued_at = @now::timestamptz, due_at = @now, settled_at = NULL
WHERE desk = @desk AND webhook = @webhook AND delivery = @delivery AND state <> 1;

-- name: ListDeliveries :many
SELECT * FROM webhook_deliveries
WHERE desk = @desk AND webhook = @webhook AND delivery < @before AND (@state::smallint = 0 OR state = @state)
ORDER BY delivery DESC LIMIT @size;

-- name: PruneDeliveries :execrows
DELETE FROM webhook_deliveries WHERE (desk, webhook, delivery) IN (
    SELECT d.desk, d.webhook, d.delivery FROM webhook_deliveries d
    WHERE d.state <> 1 AND d.settled_at < @before ORDER BY d.settled_at LIMIT @size);
