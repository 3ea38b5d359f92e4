-- One statement for a whole batch of the feed; what is proposed already stays as it is.
-- name: InsertProposal :exec
INSERT INTO proposals (desk, proposal, ticket, event_revision, event_type, rule, template, profile_version, media, recipients, sights,
    own_number, person, unit, party, ticket_status, audience, journey_trace, journey_root, traceparent, created_at, state)
VALUES (@desk, @proposal, @ticket, @event_revision, @event_type, @rule, @template, @profile_version, @media, @recipients, @sights,
    @own_number, @person, @unit, @party, @ticket_status, @audience, @journey_trace, @journey_root, @traceparent, @created_at, 1)
ON CONFLICT DO NOTHING;

-- The newest of a rule says it all: an older one that nobody has sent is overtaken.
-- name: OvertakeProposals :exec
UPDATE proposals SET state = 4, decided_at = @now::timestamptz
WHERE desk = @desk AND ticket = @ticket AND rule = @rule AND event_revision < @event_revision AND state = 1;

-- name: GetProposal :one
SELECT * FROM proposals WHERE desk = $1 AND proposal = $2;

-- name: LockProposal :one
SELECT * FROM proposals WHERE desk = $1 AND proposal = $2 FOR UPDATE;

-- name: DecideProposal :exec
UPDATE proposals SET state = @state, decided_by = @decided_by, decided_at = @decided_at, revision = @revision, chain_hash = @chain_hash,
    last_event_at = @last_event_at
WHERE desk = @desk AND proposal = @proposal;

-- name: ListProposals :many
SELECT * FROM proposals
WHERE desk = @desk AND proposal < @before AND state = 1 AND audience && @keys::text[]
ORDER BY proposal DESC LIMIT @size;

-- name: ListProposalsOfTicket :many
SELECT * FROM proposals
WHERE desk = @desk AND ticket = @ticket AND proposal < @before AND audience && @keys::text[]
ORDER BY proposal DESC LIMIT @size;
