-- +goose Up

-- What solved an incident before (R70-R75). `facts` is the snapshot that the last event carries, without texts, counts and ticket;
-- the other columns are for lists and rules.
CREATE TABLE known_solutions (
    desk          text        NOT NULL COLLATE "C",
    number        integer     NOT NULL CHECK (number >= 1),
    -- As in bavn.triage.v1.KnownSolutionState.
    state         smallint    NOT NULL CHECK (state BETWEEN 1 AND 4),
    category      text        NOT NULL COLLATE "C",
    author_party  text        NOT NULL CHECK (author_party LIKE 'parties/%'),
    -- The ticket that it was learned from, or empty.
    ticket        text        NOT NULL COLLATE "C",
    -- Who sees it before it was published; then every member of the desk does.
    audience      text[]      NOT NULL,
    facts         bytea       NOT NULL,
    create_time   timestamptz NOT NULL,
    publish_time  timestamptz,
    title_version    bigint   NOT NULL CHECK (title_version >= 1),
    symptoms_version bigint   NOT NULL,
    solution_version bigint   NOT NULL CHECK (solution_version >= 1),
    reason_version   bigint   NOT NULL,
    revision      bigint      NOT NULL CHECK (revision >= 1),
    chain_hash    bytea       NOT NULL CHECK (octet_length(chain_hash) = 32),
    last_event_at timestamptz NOT NULL,
    PRIMARY KEY (desk, number),
    CONSTRAINT published_says_when CHECK (state <> 3 OR publish_time IS NOT NULL),
    CONSTRAINT published_was_reviewed CHECK (state IN (3, 4) OR publish_time IS NULL)
);
CREATE INDEX known_solutions_state ON known_solutions (desk, state, number);

-- One row per ticket that a known solution was applied to, written in the transaction of the ticket's event: applying it a hundred
-- times during a major incident locks nothing that two of them share.
CREATE TABLE known_solution_uses (
    desk       text        NOT NULL COLLATE "C",
    number     integer     NOT NULL,
    ticket     text        NOT NULL COLLATE "C",
    apply_time timestamptz NOT NULL,
    helped     boolean,
    PRIMARY KEY (desk, number, ticket)
);

-- The similarity index (docs/adr/0020). Words are kept as terms only, hashes of desk, language and stem: what a text said cannot be
-- read from here, and a term of one desk is none in another. All of it is derived from the feed, in the background.

CREATE FUNCTION search_term(desk text, language text, lexeme text) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN hashtextextended(lexeme, hashtextextended(desk || '/' || language, 0));

-- How many tickets of the desk have been given an ordinal. Its row is also the lock behind which a desk's words are counted.
CREATE TABLE search_desks (
    desk     text   NOT NULL COLLATE "C" PRIMARY KEY,
    ordinals bigint NOT NULL CHECK (ordinals >= 0)
);

-- In how many tickets a term is: what makes a word telling, or common.
CREATE TABLE search_words (
    desk      text   NOT NULL COLLATE "C",
    term      bigint NOT NULL,
    documents bigint NOT NULL,
    PRIMARY KEY (desk, term)
) WITH (fillfactor = 70); -- common words are counted again and again, on the same page

-- The terms of a ticket, and its place in the order in which tickets were first indexed. A term finds all tickets that have it, which
-- is well while they are few. So those that are common stand once more in `recent`, each hashed with the segment of 1,024 tickets
-- that this one lies in: segment after segment, they find the newest, however many there are.
CREATE TABLE ticket_terms (
    desk    text     NOT NULL COLLATE "C",
    number  text     NOT NULL COLLATE "C",
    ordinal bigint   NOT NULL CHECK (ordinal >= 0),
    terms   bigint[] NOT NULL,
    recent  bigint[] NOT NULL,
    PRIMARY KEY (desk, number)
);

-- A short pending list: every search reads it from end to end.
CREATE INDEX ticket_terms_keys ON ticket_terms USING gin (terms, recent) WITH (gin_pending_list_limit = 256);

-- The terms of published known solutions: few enough to need no segments.
CREATE TABLE known_solution_terms (
    desk   text     NOT NULL COLLATE "C",
    number integer  NOT NULL,
    terms  bigint[] NOT NULL,
    PRIMARY KEY (desk, number)
);
CREATE INDEX known_solution_terms_keys ON known_solution_terms USING gin (terms) WITH (gin_pending_list_limit = 256);

-- +goose Down
DROP TABLE known_solution_terms;
DROP TABLE ticket_terms;
DROP TABLE search_words;
DROP TABLE search_desks;
DROP FUNCTION search_term;
DROP TABLE known_solution_uses;
DROP TABLE known_solutions;
