-- +goose Up

-- Whether the ticket stands where its resolution returned it, which is no hand-over (R100). Steps from before know it after the next
-- rebuild.
ALTER TABLE steps ADD COLUMN returned boolean NOT NULL DEFAULT false;

-- +goose Down
ALTER TABLE steps DROP COLUMN returned;
