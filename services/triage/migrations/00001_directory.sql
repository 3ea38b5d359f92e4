-- +goose Up

-- Names in columns are relative to the desk: 'parties/netic', 'parties/netic/groups/drift', 'persons/mette'. They are the
-- keys that audiences hold. Every resource carries the head of its own event chain.

CREATE TABLE desks (
    desk            text        NOT NULL COLLATE "C" PRIMARY KEY CHECK (desk ~ '^[a-z][a-z0-9-]{1,30}$'),
    display_name    text        NOT NULL CHECK (display_name <> ''),
    time_zone       text        NOT NULL CHECK (time_zone <> ''),
    language_code   text        NOT NULL CHECK (language_code IN ('da', 'sv', 'en')),
    number_prefix   text        NOT NULL,
    number_digits   smallint    NOT NULL CHECK (number_digits BETWEEN 4 AND 12),
    authority_party text        NOT NULL,
    contact_party   text        NOT NULL,
    create_time     timestamptz NOT NULL,
    revision        bigint      NOT NULL CHECK (revision >= 1),
    chain_hash      bytea       NOT NULL CHECK (octet_length(chain_hash) = 32),
    last_event_at   timestamptz NOT NULL
);

CREATE TABLE parties (
    desk          text        NOT NULL REFERENCES desks,
    party         text        NOT NULL COLLATE "C" CHECK (party ~ '^parties/[a-z0-9][a-z0-9-]{0,62}$'),
    display_name  text        NOT NULL CHECK (display_name <> ''),
    create_time   timestamptz NOT NULL,
    revision      bigint      NOT NULL CHECK (revision >= 1),
    chain_hash    bytea       NOT NULL CHECK (octet_length(chain_hash) = 32),
    last_event_at timestamptz NOT NULL,
    PRIMARY KEY (desk, party)
);

-- The desk and its two parties are made together.
ALTER TABLE desks
    ADD FOREIGN KEY (desk, authority_party) REFERENCES parties DEFERRABLE INITIALLY DEFERRED,
    ADD FOREIGN KEY (desk, contact_party) REFERENCES parties DEFERRABLE INITIALLY DEFERRED;

CREATE TABLE groups (
    desk          text        NOT NULL,
    "group"       text        NOT NULL COLLATE "C",
    party         text        NOT NULL,
    display_name  text        NOT NULL CHECK (display_name <> ''),
    level         smallint    NOT NULL CHECK (level BETWEEN 1 AND 3),
    create_time   timestamptz NOT NULL,
    revision      bigint      NOT NULL CHECK (revision >= 1),
    chain_hash    bytea       NOT NULL CHECK (octet_length(chain_hash) = 32),
    last_event_at timestamptz NOT NULL,
    PRIMARY KEY (desk, "group"),
    FOREIGN KEY (desk, party) REFERENCES parties,
    CONSTRAINT group_is_of_its_party CHECK (starts_with("group", party || '/groups/'))
);

-- The chains of memberships outlive them: one that is granted again after a revocation goes on counting. The memberships
-- themselves are in the platform's table, which every service has.
CREATE TABLE membership_chains (
    desk          text        NOT NULL REFERENCES desks,
    membership    text        NOT NULL,
    revision      bigint      NOT NULL CHECK (revision >= 1),
    chain_hash    bytea       NOT NULL CHECK (octet_length(chain_hash) = 32),
    last_event_at timestamptz NOT NULL,
    PRIMARY KEY (desk, membership)
);

-- +goose Down
DROP TABLE membership_chains;
DROP TABLE groups;
ALTER TABLE desks DROP CONSTRAINT desks_desk_authority_party_fkey, DROP CONSTRAINT desks_desk_contact_party_fkey;
DROP TABLE parties;
DROP TABLE desks;
