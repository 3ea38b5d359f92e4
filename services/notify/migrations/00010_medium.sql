-- +goose Up

-- How a message reaches its recipient (bavn.notify.v1.Medium). One event may tell one person by several.
ALTER TABLE notifications ADD COLUMN medium smallint NOT NULL DEFAULT 1;
ALTER TABLE notifications ADD CONSTRAINT told_once_by_each_medium UNIQUE (desk, ticket, event_revision, rule, recipient, medium);
ALTER TABLE notifications DROP CONSTRAINT told_once;

-- +goose Down
ALTER TABLE notifications ADD CONSTRAINT told_once UNIQUE (desk, ticket, event_revision, rule, recipient);
ALTER TABLE notifications DROP CONSTRAINT told_once_by_each_medium;
ALTER TABLE notifications DROP COLUMN medium;
