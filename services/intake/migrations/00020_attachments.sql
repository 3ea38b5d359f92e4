-- +goose Up

-- What is known of a file; the file itself is a blob under the same id. A row is there before its blob and until the blob is gone,
-- so whatever breaks an upload or an erasure off, the job that came with the row finds what is left (docs/adr/0030). Name and SHA-256
-- are texts of the first event, where they can be erased.
CREATE TABLE attachments (
    desk          text        NOT NULL,
    attachment    uuid        NOT NULL,
    ticket        text        NOT NULL, -- its number
    submission    uuid,                 -- that it came with
    uploader      text        NOT NULL, -- a person's id; empty for a service
    internal      boolean     NOT NULL,
    -- 0 being received, 1 not scanned, 2 available, 3 quarantined, 4 given up: to be taken away, 5 erased
    state         smallint    NOT NULL CHECK (state BETWEEN 0 AND 5),
    media_type    text        NOT NULL DEFAULT '',
    size_bytes    bigint      NOT NULL DEFAULT 0 CHECK (size_bytes BETWEEN 0 AND 26214400),
    received_at   timestamptz NOT NULL,
    revision      bigint      NOT NULL DEFAULT 0,
    chain_hash    bytea       NOT NULL DEFAULT '',
    last_event_at timestamptz NOT NULL,
    PRIMARY KEY (desk, attachment),
    CONSTRAINT kept_has_a_chain CHECK (state IN (0, 4) OR (revision >= 1 AND octet_length(chain_hash) = 32)),
    CONSTRAINT kept_has_a_type CHECK (state IN (0, 4) OR (media_type <> '' AND size_bytes > 0))
);
CREATE INDEX attachments_of_a_ticket ON attachments (desk, ticket, attachment);

-- +goose Down
DROP TABLE attachments;
