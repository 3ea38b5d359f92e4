-- name: InsertAttachment :exec
INSERT INTO attachments (desk, attachment, ticket, submission, uploader, internal, state, received_at, last_event_at)
VALUES (@desk, @attachment, @ticket, @submission, @uploader, @internal, 0, @received_at, @received_at);

-- name: CountAttachments :one
-- Those being received count too. Those that wait for a report are counted for each who sent them.
SELECT count(*) FROM attachments
WHERE desk = @desk AND ticket = @ticket AND state <= 3 AND (ticket <> '' OR uploader = @uploader::text);

-- name: GetAttachment :one
SELECT * FROM attachments WHERE desk = @desk AND attachment = @attachment;

-- name: LockAttachment :one
SELECT * FROM attachments WHERE desk = @desk AND attachment = @attachment FOR UPDATE;

-- name: ListAttachments :many
SELECT * FROM attachments
WHERE desk = @desk AND ticket = @ticket AND attachment > @after AND state BETWEEN 1 AND 3 AND (@internal::boolean OR NOT internal)
ORDER BY attachment LIMIT @size;

-- name: LockAttachmentsOfTickets :many
SELECT * FROM attachments WHERE desk = @desk AND ticket = ANY (@tickets::text[]) AND state <= 3 ORDER BY attachment FOR UPDATE;

-- name: WaitingAttachments :many
SELECT attachment FROM attachments
WHERE desk = @desk AND attachment = ANY (@attachments::uuid[]) AND ticket = '' AND uploader = @uploader AND state BETWEEN 1 AND 3;

-- name: LockWaitingAttachments :many
SELECT * FROM attachments
WHERE desk = @desk AND attachment = ANY (@attachments::uuid[]) AND ticket = '' AND uploader = @uploader AND state BETWEEN 1 AND 3
ORDER BY attachment FOR UPDATE;

-- name: JoinAttachment :exec
UPDATE attachments SET ticket = @ticket, submission = @submission, form_field = @form_field
WHERE desk = @desk AND attachment = @attachment;

-- name: KeepAttachment :exec
UPDATE attachments SET state = @state, media_type = @media_type, size_bytes = @size_bytes,
    revision = @revision, chain_hash = @chain_hash, last_event_at = @last_event_at
WHERE desk = @desk AND attachment = @attachment;

-- name: GiveUpAttachment :one
-- The state that an attachment has, which is given up if it is still being received.
UPDATE attachments SET state = CASE state WHEN 0 THEN 4 ELSE state END WHERE desk = @desk AND attachment = @attachment RETURNING state;

-- name: DropAttachment :exec
DELETE FROM attachments WHERE desk = @desk AND attachment = @attachment AND state = 4;

-- name: AttachmentTexts :many
-- The names and digests of attachments, each from the event that it began with; those that were erased are not there.
SELECT resource, name, text::text AS text FROM event_texts
WHERE desk = @desk AND resource = ANY (@resources::text[]) AND revision = 1 AND text IS NOT NULL;
