-- +goose Up

-- Links that were answered. A link is known by the digest of its token, so that who reads the table cannot follow any.
CREATE TABLE used_links (
    desk    text        NOT NULL,
    link    bytea       NOT NULL CHECK (octet_length(link) = 32),
    choice  smallint    NOT NULL, -- bavn.notify.v1.LinkChoice
    used_at timestamptz NOT NULL,
    PRIMARY KEY (desk, link)
);

-- +goose Down
DROP TABLE used_links;
