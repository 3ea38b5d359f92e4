-- +goose Up

ALTER TABLE tickets
    -- Only those who need to know may see it (R149): nobody takes it from a pile, because a pile shows itself to whole groups.
    ADD COLUMN restricted boolean NOT NULL DEFAULT false,
    -- Somebody doubts its priority and has asked the authority (R51).
    ADD COLUMN priority_doubted boolean NOT NULL DEFAULT false;

-- The few that somebody must look at.
CREATE INDEX tickets_doubted ON tickets (desk, number) WHERE priority_doubted;

-- As before, with restricted tickets: their holders see them through the persons who work on them.
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
        WHEN NOT ((NEW.pile IS NOT NULL) = (NEW.status IN (1, 2) AND NEW.assignee = '' AND NOT NEW.importing AND NOT NEW.deferred
                AND NOT NEW.restricted)
            AND (NEW.pile IS NULL OR NEW.pile = CASE WHEN NEW.holder_group = '' THEN NEW.holder_party ELSE NEW.holder_group END))
            THEN 'pile_is_for_what_nobody_has'
        WHEN NOT (NEW.restricted OR NEW.audience @> ARRAY[NEW.owner_party, NEW.holder_party]) THEN 'holder_can_see_it'
        WHEN NOT (NEW.audience @> ARRAY[NEW.reporter, NEW.affected_user]) THEN 'reporter_can_see_it'
        WHEN NOT (NEW.assignee = '' OR NOT NEW.restricted OR NEW.audience @> ARRAY[NEW.assignee]) THEN 'assignee_can_see_it'
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
DROP INDEX tickets_doubted;
ALTER TABLE tickets DROP COLUMN restricted, DROP COLUMN priority_doubted;
