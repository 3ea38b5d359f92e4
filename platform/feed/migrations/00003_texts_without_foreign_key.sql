-- +goose Up

-- Append writes events and their texts in one statement, nobody deletes events, and erasure only empties texts. The key's check
-- looked the event up once more for every text of every command.
ALTER TABLE event_texts DROP CONSTRAINT event_texts_desk_resource_revision_fkey;

-- +goose Down
ALTER TABLE event_texts ADD FOREIGN KEY (desk, resource, revision) REFERENCES events ON DELETE CASCADE;
