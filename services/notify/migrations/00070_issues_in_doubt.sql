-- +goose Up

-- An issue that was asked for and whose number never came back: it may be there, and is looked for before it is asked for again.
CREATE TABLE tool_issue_attempts (
    desk       text        NOT NULL,
    connection text        NOT NULL,
    ticket     text        NOT NULL,
    begun_at   timestamptz NOT NULL,
    PRIMARY KEY (desk, connection, ticket)
);

-- +goose Down
DROP TABLE tool_issue_attempts;
