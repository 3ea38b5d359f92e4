-- +goose Up

-- Who may act for whom. Triage writes it; every other service projects it from triage's feed.
CREATE TABLE memberships (
    desk       text   NOT NULL,
    membership text   NOT NULL,
    person     text   NOT NULL,
    party      text   NOT NULL,
    grp        text   NOT NULL DEFAULT '',
    roles      text[] NOT NULL CHECK (cardinality(roles) >= 1),
    PRIMARY KEY (desk, membership)
);

CREATE INDEX memberships_person ON memberships (person, desk);

-- +goose Down
DROP TABLE memberships;
