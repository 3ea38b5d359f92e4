-- +goose Up

-- When each sender of a mail was last answered by a program, so that it happens at most once an hour. A digest stands for the address, and
-- goes with the first answer after that hour.
CREATE TABLE answered_senders (
    desk         text        NOT NULL,
    sender       bytea       NOT NULL CHECK (octet_length(sender) = 32),
    notification uuid        NOT NULL, -- the message that was let out
    answered_at  timestamptz NOT NULL,
    PRIMARY KEY (desk, sender)
);
CREATE INDEX answered_senders_by_age ON answered_senders (answered_at);

-- +goose Down
DROP TABLE answered_senders;
