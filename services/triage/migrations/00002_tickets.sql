-- +goose Up

-- A ticket as it stands. `facts` is the snapshot that its last event carries; the other columns are for lists, and for the
-- CHECKs, which repeat the rules of the domain: what the life cycle forbids cannot be stored.
--
-- There are no foreign keys to desks, parties and groups: their rows would be locked by every command of a busy desk at once.
-- The commands that name one have looked it up, and none is ever deleted.
CREATE TABLE tickets (
    desk                text        NOT NULL COLLATE "C",
    number              text        NOT NULL COLLATE "C" CHECK (number ~ '^[A-Z0-9][A-Z0-9-]{3,31}$'),
    submission          uuid        NOT NULL,
    -- Numbers as in bavn.triage.v1.TicketStatus and StatusClass.
    status              smallint    NOT NULL CHECK (status BETWEEN 1 AND 10),
    status_class        smallint    NOT NULL,
    owner_party         text        NOT NULL CHECK (owner_party LIKE 'parties/%'),
    owner               text        NOT NULL CHECK (owner = '' OR owner LIKE 'persons/%'),
    holder_party        text        NOT NULL CHECK (holder_party LIKE 'parties/%'),
    holder_group        text        NOT NULL,
    assignee            text        NOT NULL CHECK (assignee = '' OR assignee LIKE 'persons/%'),
    reporter            text        NOT NULL CHECK (reporter LIKE 'persons/%'),
    affected_user       text        NOT NULL CHECK (affected_user LIKE 'persons/%'),
    impact              smallint    NOT NULL CHECK (impact BETWEEN 0 AND 4),
    priority            text        NOT NULL COLLATE "C" CHECK (priority ~ '^([A-Z][A-Z0-9]{0,7})?$'),
    -- The group or party in whose pile it lies for somebody to take (R33); NULL while a person has it or nothing is to be
    -- done. It is the only indexed column that the ordinary steps touch, and only the first of them.
    pile                text        COLLATE "C",
    -- Who may see it, relative to the desk.
    audience            text[]      NOT NULL CHECK (cardinality(audience) > 0),
    importing           boolean     NOT NULL,
    imported            boolean     NOT NULL,
    notes               integer     NOT NULL CHECK (notes >= 0),
    create_time         timestamptz NOT NULL,
    update_time         timestamptz NOT NULL,
    resolve_time        timestamptz,
    close_time          timestamptz,
    -- The revisions whose texts the ticket shows; 0 for none.
    title_version       bigint      NOT NULL CHECK (title_version >= 1),
    description_version bigint      NOT NULL CHECK (description_version >= 0),
    solution_version    bigint      NOT NULL CHECK (solution_version >= 0),
    facts               bytea       NOT NULL,
    -- The party clocks as a bavn.triage.v1.TicketClocks: stopped until its `until`, since when (holder_party, status) runs.
    clocks              bytea       NOT NULL,
    journey_root        bytea       NOT NULL CHECK (octet_length(journey_root) = 8),
    revision            bigint      NOT NULL CHECK (revision >= 1),
    chain_hash          bytea       NOT NULL CHECK (octet_length(chain_hash) = 32),
    last_event_at       timestamptz NOT NULL,
    PRIMARY KEY (desk, number),
    CONSTRAINT submission_is_one_ticket UNIQUE (desk, submission),
    CONSTRAINT class_is_of_the_status CHECK (status_class = CASE
        WHEN status IN (1, 2, 3, 4) THEN 1
        WHEN status IN (5, 6, 7) THEN 2
        WHEN status = 8 THEN 3
        ELSE 4 END),
    CONSTRAINT assigned_to_somebody CHECK (status <> 2 OR holder_group <> '' OR assignee <> ''),
    CONSTRAINT group_is_of_the_holder CHECK (holder_group = '' OR starts_with(holder_group, holder_party || '/groups/')),
    CONSTRAINT solved_says_when CHECK ((resolve_time IS NULL OR status >= 8) AND (status NOT IN (8, 9) OR resolve_time IS NOT NULL)),
    CONSTRAINT solved_says_how CHECK (status NOT IN (8, 9) OR solution_version >= 1 OR imported),
    CONSTRAINT finished_says_when CHECK ((status_class = 4) = (close_time IS NOT NULL)),
    CONSTRAINT pile_is_for_what_nobody_has CHECK (
        (pile IS NOT NULL) = (status IN (1, 2) AND assignee = '' AND NOT importing)
        AND (pile IS NULL OR pile = CASE WHEN holder_group = '' THEN holder_party ELSE holder_group END)),
    CONSTRAINT importing_is_imported CHECK (imported OR NOT importing),
    CONSTRAINT time_runs_forwards CHECK (update_time >= create_time AND last_event_at = update_time),
    CONSTRAINT holder_can_see_it CHECK (audience @> ARRAY[owner_party, holder_party, reporter, affected_user])
) WITH (fillfactor = 85); -- room for the next version on the same page: most steps touch no indexed column

-- The pile of a group, as it is taken from: highest priority first (P1 before P2, none last), then the oldest.
CREATE INDEX tickets_pile ON tickets (desk, pile, (priority = ''), priority, create_time, number) WHERE pile IS NOT NULL;

-- Whose list begins with who may see it: a reporter's, a small party's. Who sees nearly everything pages by the primary key.
CREATE INDEX tickets_audience ON tickets USING gin (audience);

-- "What do we have" and "what do I have", newest first.
CREATE INDEX tickets_holder ON tickets (desk, holder_party, holder_group, number);
CREATE INDEX tickets_assignee ON tickets (desk, assignee, number) WHERE assignee <> '';

-- Words of titles, descriptions and solutions, by the configuration of their language. Filled in the background from the
-- service's own feed, because a text index in the command's transaction halves what a desk can take in.
CREATE TABLE ticket_search (
    desk         text     NOT NULL,
    number       text     NOT NULL,
    words_da     tsvector NOT NULL,
    words_sv     tsvector NOT NULL,
    words_en     tsvector NOT NULL,
    words_simple tsvector NOT NULL,
    PRIMARY KEY (desk, number),
    FOREIGN KEY (desk, number) REFERENCES tickets ON DELETE CASCADE
);
CREATE INDEX ticket_search_da ON ticket_search USING gin (words_da);
CREATE INDEX ticket_search_sv ON ticket_search USING gin (words_sv);
CREATE INDEX ticket_search_en ON ticket_search USING gin (words_en);
CREATE INDEX ticket_search_simple ON ticket_search USING gin (words_simple);

-- +goose Down
DROP TABLE ticket_search;
DROP TABLE tickets;
