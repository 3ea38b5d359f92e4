-- +goose Up

-- Which process a desk follows, and in which version: what a submission is decided by, without asking triage. The version is empty
-- until it has been fetched.
ALTER TABLE desks
    ADD COLUMN profile         text NOT NULL DEFAULT '',
    ADD COLUMN profile_version text NOT NULL DEFAULT '';

-- What the versions of a desk's profile say about coming in: a bavn.profile.v1.Profile, without what concerns others. A version never
-- changes: its name is the hash of what it says.
CREATE TABLE desk_profiles (
    desk     text  NOT NULL REFERENCES desks,
    version  text  NOT NULL CHECK (version ~ '^[0-9a-f]{64}$'),
    settings bytea NOT NULL,
    PRIMARY KEY (desk, version)
);

-- +goose Down
DROP TABLE desk_profiles;
ALTER TABLE desks DROP COLUMN profile, DROP COLUMN profile_version;
