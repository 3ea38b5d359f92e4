-- +goose Up

-- Requests that had an effect (AIP-155). Only successes, and only which resource at which revision: never a copy of data.
CREATE TABLE requests (
    desk           text        NOT NULL,
    principal      text        NOT NULL,
    method         text        NOT NULL,
    request_id     uuid        NOT NULL,
    payload_sha256 bytea       NOT NULL CHECK (octet_length(payload_sha256) = 32),
    resource       text        NOT NULL,
    revision       bigint      NOT NULL CHECK (revision >= 1),
    created_at     timestamptz NOT NULL,
    PRIMARY KEY (desk, principal, method, request_id)
);

-- For pruning only; written in the order of time, so it costs next to nothing.
CREATE INDEX requests_age ON requests USING brin (created_at);

-- +goose Down
DROP TABLE requests;
