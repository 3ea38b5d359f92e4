-- +goose Up

-- The party on whose behalf a message is sent: the ticket's holder after the event, relative to the desk.
ALTER TABLE notifications ADD COLUMN party text NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE notifications DROP COLUMN party;
