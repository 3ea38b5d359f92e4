-- name: InsertSubmission :exec
INSERT INTO submissions (desk, submission, number, channel, reporter, affected_user, submitter, external_ids, importing,
    received_at, request_id, traceparent, revision, chain_hash, last_event_at)
VALUES (@desk, @submission, @number, @channel, @reporter, @affected_user, @submitter, @external_ids, @importing,
    @received_at, @request_id, @traceparent, @revision, @chain_hash, @last_event_at);

-- name: GetSubmission :one
SELECT * FROM submissions WHERE desk = $1 AND submission = $2;

-- name: ListSubmissions :many
SELECT * FROM submissions
WHERE desk = @desk AND (number < @before OR @before = '')
ORDER BY number DESC LIMIT @size;

-- name: SettleSubmission :exec
UPDATE submissions SET outcome = @outcome, settled_at = @settled_at,
    revision = @revision, chain_hash = @chain_hash, last_event_at = @last_event_at
WHERE desk = @desk AND submission = @submission;
