-- +goose Up

-- A ticket as it stands. `facts` is the snapshot that its last event carries; the other columns are for lists, and for the
-- rules of ticket_is_legal, which repeat those of the domain: what the life cycle forbids cannot be stored.
--
-- There are no foreign keys to desks, parties and groups: their rows would be locked by every command of a busy desk at once.
-- The commands that name one have looked it up, and none is ever deleted.
CREATE TABLE tickets (
    desk                text        NOT NULL COLLATE "C",
    number              text        NOT NULL COLLATE "C",
    submission          uuid        NOT NULL,
    -- Numbers as in bavn.triage.v1.TicketStatus and StatusClass.
    status              smallint    NOT NULL,
    status_class        smallint    NOT NULL,
    owner_party         text        NOT NULL,
    owner               text        NOT NULL,
    holder_party        text        NOT NULL,
    holder_group        text        NOT NULL,
    assignee            text        NOT NULL,
    reporter            text        NOT NULL,
    affected_user       text        NOT NULL,
    impact              smallint    NOT NULL,
    priority            text        NOT NULL COLLATE "C",
    -- The group or party in whose pile it lies for somebody to take (R33); NULL while a person has it or nothing is to be
    -- done. It is the only indexed column that the ordinary steps touch, and only the first of them.
    pile                text        COLLATE "C",
    -- Who may see it, relative to the desk.
    audience            text[]      NOT NULL,
    importing           boolean     NOT NULL,
    imported            boolean     NOT NULL,
    notes               integer     NOT NULL,
    create_time         timestamptz NOT NULL,
    update_time         timestamptz NOT NULL,
    resolve_time        timestamptz,
    close_time          timestamptz,
    -- The revisions whose texts the ticket shows; 0 for none.
    title_version       bigint      NOT NULL,
    description_version bigint      NOT NULL,
    solution_version    bigint      NOT NULL,
    facts               bytea       NOT NULL,
    -- The party clocks as a bavn.triage.v1.TicketClocks: stopped until its `until`, since when (holder_party, status) runs.
    clocks              bytea       NOT NULL,
    journey_root        bytea       NOT NULL,
    revision            bigint      NOT NULL,
    chain_hash          bytea       NOT NULL,
    last_event_at       timestamptz NOT NULL,
    PRIMARY KEY (desk, number),
    CONSTRAINT submission_is_one_ticket UNIQUE (desk, submission)
) WITH (fillfactor = 85); -- room for the next version on the same page: most steps touch no indexed column

-- What a stored ticket is held to, and under which name a breach is refused. These are CHECK constraints in all but form:
-- PostgreSQL parses a table's CHECKs anew for every statement, which with this many takes longer than the rest of the
-- statement does; what a trigger asks is kept by the session (docs/adr/0012).
-- +goose StatementBegin
CREATE FUNCTION ticket_is_legal() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    broken text := CASE
        WHEN NOT (NEW.number ~ '^[A-Z0-9][A-Z0-9-]{3,31}$') THEN 'number_is_a_name'
        WHEN NOT (NEW.status BETWEEN 1 AND 10) THEN 'status_exists'
        WHEN NOT (NEW.status_class = CASE
            WHEN NEW.status IN (1, 2, 3, 4) THEN 1
            WHEN NEW.status IN (5, 6, 7) THEN 2
            WHEN NEW.status = 8 THEN 3
            ELSE 4 END) THEN 'class_is_of_the_status'
        WHEN NOT (NEW.owner_party LIKE 'parties/%' AND NEW.holder_party LIKE 'parties/%') THEN 'parties_have_it'
        WHEN NOT (NEW.reporter LIKE 'persons/%' AND NEW.affected_user LIKE 'persons/%') THEN 'persons_are_concerned'
        WHEN NOT (NEW.owner = '' OR NEW.owner LIKE 'persons/%') THEN 'owner_is_a_person'
        WHEN NOT (NEW.assignee = '' OR NEW.assignee LIKE 'persons/%') THEN 'assignee_is_a_person'
        WHEN NOT (NEW.status <> 2 OR NEW.holder_group <> '' OR NEW.assignee <> '') THEN 'assigned_to_somebody'
        WHEN NOT (NEW.holder_group = '' OR starts_with(NEW.holder_group, NEW.holder_party || '/groups/'))
            THEN 'group_is_of_the_holder'
        WHEN NOT (NEW.impact BETWEEN 0 AND 4) THEN 'impact_exists'
        WHEN NOT (NEW.priority ~ '^([A-Z][A-Z0-9]{0,7})?$') THEN 'priority_is_a_name'
        WHEN NOT ((NEW.pile IS NOT NULL) = (NEW.status IN (1, 2) AND NEW.assignee = '' AND NOT NEW.importing)
            AND (NEW.pile IS NULL OR NEW.pile = CASE WHEN NEW.holder_group = '' THEN NEW.holder_party ELSE NEW.holder_group END))
            THEN 'pile_is_for_what_nobody_has'
        WHEN NOT (NEW.audience @> ARRAY[NEW.owner_party, NEW.holder_party, NEW.reporter, NEW.affected_user])
            THEN 'holder_can_see_it'
        WHEN NOT (NEW.imported OR NOT NEW.importing) THEN 'importing_is_imported'
        WHEN NOT ((NEW.resolve_time IS NULL OR NEW.status >= 8) AND (NEW.status NOT IN (8, 9) OR NEW.resolve_time IS NOT NULL))
            THEN 'solved_says_when'
        WHEN NOT (NEW.status NOT IN (8, 9) OR NEW.solution_version >= 1 OR NEW.imported) THEN 'solved_says_how'
        WHEN NOT ((NEW.status_class = 4) = (NEW.close_time IS NOT NULL)) THEN 'finished_says_when'
        WHEN NOT (NEW.update_time >= NEW.create_time AND NEW.last_event_at = NEW.update_time) THEN 'time_runs_forwards'
        WHEN NOT (NEW.notes >= 0 AND NEW.title_version >= 1 AND NEW.description_version >= 0 AND NEW.solution_version >= 0)
            THEN 'versions_are_counted'
        WHEN NOT (NEW.revision >= 1 AND octet_length(NEW.chain_hash) = 32) THEN 'chain_has_a_head'
        WHEN NOT (octet_length(NEW.journey_root) = 8) THEN 'journey_has_a_root'
    END;
BEGIN
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION 'ticket % breaks %', NEW.number, broken
            USING ERRCODE = 'check_violation', CONSTRAINT = broken, TABLE = TG_TABLE_NAME, SCHEMA = TG_TABLE_SCHEMA;
    END IF;
    RETURN NEW;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER ticket_is_legal BEFORE INSERT OR UPDATE ON tickets FOR EACH ROW EXECUTE FUNCTION ticket_is_legal();

-- The pile of a group, as it is taken from: highest priority first (P1 before P2, none last), then the oldest.
CREATE INDEX tickets_pile ON tickets (desk, pile, (priority = ''), priority, create_time, number) WHERE pile IS NOT NULL;

-- Whose list begins with who may see it: a reporter's, a small party's. Who sees nearly everything pages by the primary key.
CREATE INDEX tickets_audience ON tickets USING gin (audience);

-- "What do we have" and "what do I have", newest first.
CREATE INDEX tickets_holder ON tickets (desk, holder_party, holder_group, number);
CREATE INDEX tickets_assignee ON tickets (desk, assignee, number) WHERE assignee <> '';

-- Words of titles, descriptions and solutions, by the configuration of their language. Filled in the background from the
-- service's own feed, because a text index in the command's transaction halves what a desk can take in. No foreign key: its
-- check would lock the ticket, and whoever takes the next one of a pile would pass over it.
CREATE TABLE ticket_search (
    desk         text     NOT NULL,
    number       text     NOT NULL,
    words_da     tsvector NOT NULL,
    words_sv     tsvector NOT NULL,
    words_en     tsvector NOT NULL,
    words_simple tsvector NOT NULL,
    PRIMARY KEY (desk, number)
);
CREATE INDEX ticket_search_da ON ticket_search USING gin (words_da);
CREATE INDEX ticket_search_sv ON ticket_search USING gin (words_sv);
CREATE INDEX ticket_search_en ON ticket_search USING gin (words_en);
CREATE INDEX ticket_search_simple ON ticket_search USING gin (words_simple);

-- +goose Down
DROP TABLE ticket_search;
DROP TABLE tickets;
DROP FUNCTION ticket_is_legal;
