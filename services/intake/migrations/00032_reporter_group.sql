-- +goose Up

-- What a person reports as, by the desk's profile, where no party says it (R11, R12). Whoever registers persons says it, never they.
ALTER TABLE persons ADD COLUMN reporter_group text NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE persons DROP COLUMN reporter_group;
