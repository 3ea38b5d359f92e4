-- name: InsertSubmission :exec
INSERT INTO submissions (desk, submission, number, channel, reporter, affected_user, submitter, external_ids, importing,
    received_at, request_id, traceparent, revision, chain_hash, last_event_at, assessed)
VALUES (@desk, @submission, @number, @channel, @reporter, @affected_user, @submitter, @external_ids, @importing,
    @received_at, @request_id, @traceparent, @revision, @chain_hash, @last_event_at, @assessed);

-- name: InsertRefused :exec
-- One that was not let in: settled as it comes.
INSERT INTO submissions (desk, submission, number, channel, reporter, affected_user, submitter, external_ids, importing,
    received_at, request_id, traceparent, revision, chain_hash, last_event_at, outcome, settled_at, refusal_reason)
VALUES (@desk, @submission, @number, @channel, @reporter, @affected_user, @submitter, @external_ids, @importing,
    @received_at, @request_id, @traceparent, @revision, @chain_hash, @last_event_at, @outcome, @settled_at, @refusal_reason);

-- name: GetSubmission :one
SELECT * FROM submissions WHERE desk = $1 AND submission = $2;

-- name: ListSubmissions :many
SELECT * FROM submissions
WHERE desk = @desk AND (number < @before OR @before = '')
ORDER BY number DESC LIMIT @size;

-- name: SettleSubmission :exec
UPDATE submissions SET outcome = @outcome, settled_at = @settled_at, refusal_reason = @refusal_reason, assessed = '',
    revision = @revision, chain_hash = @chain_hash, last_event_at = @last_event_at
WHERE desk = @desk AND submission = @submission;

-- name: AwaitSubmissions :exec
-- Returns when every submission that was being written has been. Lasts as long as the transaction.
LOCK TABLE submissions IN SHARE MODE;

-- name: SubmissionsOfPerson :many
-- Reads the whole table: an index on reporters would cost every submission something, and erasures are few.
SELECT s.submission, s.number, (s.settled_at IS NOT NULL)::boolean AS settled, EXISTS (
    SELECT FROM event_texts x
    WHERE x.desk = s.desk AND x.resource = 'desks/' || s.desk || '/submissions/' || s.submission AND x.text IS NOT NULL) AS written
FROM submissions s
WHERE s.desk = @desk AND (s.reporter = @person::text OR s.affected_user = @person)
ORDER BY s.submission;

-- name: LockSubmissions :many
SELECT * FROM submissions WHERE desk = @desk AND submission = ANY (@submissions::uuid[]) ORDER BY submission FOR UPDATE;

-- name: AdvanceSubmission :exec
UPDATE submissions SET revision = @revision, chain_hash = @chain_hash, last_event_at = @last_event_at
WHERE desk = @desk AND submission = @submission;

-- name: SubmissionTexts :many
-- The words of submissions, each from the event that it began with; those that were erased are empty.
SELECT resource, name, language_code, coalesce(text, '') AS text FROM event_texts
WHERE desk = @desk AND resource = ANY (@resources::text[]) AND revision = 1;
