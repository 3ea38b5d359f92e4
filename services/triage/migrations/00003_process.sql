-- +goose Up

-- The process that a desk follows; '' is the common life cycle alone.
ALTER TABLE desks ADD COLUMN profile text NOT NULL DEFAULT '' CHECK (profile ~ '^([a-z][a-z0-9-]{1,30})?$');

-- Every version of a profile that was ever in force here, so that what it decided can still be looked up. It belongs to the
-- installation, not to a desk: several desks may follow one profile.
CREATE TABLE profile_versions (
    version    text        NOT NULL COLLATE "C" PRIMARY KEY CHECK (version ~ '^[0-9a-f]{64}$'),
    profile    text        NOT NULL,
    -- A bavn.profile.v1.Profile, those it extends merged into it.
    settings   bytea       NOT NULL,
    seen_since timestamptz NOT NULL
);

ALTER TABLE tickets
    -- What the profile decided last, and why: a bavn.triage.v1.Decisions.
    ADD COLUMN decisions bytea NOT NULL DEFAULT '',
    -- When the clock of its targets was started and stopped, in turn: it runs while the ticket is open.
    ADD COLUMN target_clock timestamptz[] NOT NULL DEFAULT '{}',
    -- The one timer that is armed for it, for the first of its deadlines, and the timer's generation; NULL where none is.
    ADD COLUMN timer_at timestamptz,
    ADD COLUMN timer_generation bigint NOT NULL DEFAULT 0,
    -- It is registered and enters the queue later (R10).
    ADD COLUMN deferred boolean NOT NULL DEFAULT false;

-- As before, with the impact of what is no fault, with tickets that are not in their queue yet, and with timers.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION ticket_is_legal() RETURNS trigger LANGUAGE plpgsql AS $$
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
        WHEN NOT (NEW.impact BETWEEN 0 AND 5) THEN 'impact_exists'
        WHEN NOT (NEW.priority ~ '^([A-Z][A-Z0-9]{0,7})?$') THEN 'priority_is_a_name'
        WHEN NOT ((NEW.pile IS NOT NULL) = (NEW.status IN (1, 2) AND NEW.assignee = '' AND NOT NEW.importing AND NOT NEW.deferred)
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
        WHEN NOT (NEW.timer_at IS NULL OR NEW.timer_generation >= 1) THEN 'timer_has_a_generation'
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

-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION ticket_is_legal() RETURNS trigger LANGUAGE plpgsql AS $$
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
ALTER TABLE tickets DROP COLUMN decisions, DROP COLUMN target_clock, DROP COLUMN timer_at, DROP COLUMN timer_generation,
    DROP COLUMN deferred;
DROP TABLE profile_versions;
ALTER TABLE desks DROP COLUMN profile;
