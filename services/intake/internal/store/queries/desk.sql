-- name: GetDesk :one
SELECT * FROM desks WHERE desk = $1;

-- name: PutDesk :exec
-- But for the profile it follows, a desk never changes. The feed may tell of it more than once.
INSERT INTO desks (desk, number_prefix, number_digits, authority_party, contact_party, language_code, profile)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (desk) DO NOTHING;

-- name: FollowProfile :exec
-- The version is fetched afterwards.
UPDATE desks SET profile = @profile, profile_version = '' WHERE desk = @desk AND profile <> @profile;

-- name: ListFollowers :many
-- Desks that follow a profile.
SELECT desk, profile_version FROM desks WHERE profile <> '' ORDER BY desk;

-- name: KeepDeskProfile :exec
INSERT INTO desk_profiles (desk, version, settings) VALUES (@desk, @version, @settings) ON CONFLICT (desk, version) DO NOTHING;

-- name: PutInForce :exec
UPDATE desks SET profile_version = @version WHERE desk = @desk AND profile_version <> @version;

-- name: GetDeskProfile :one
SELECT settings FROM desk_profiles WHERE desk = @desk AND version = @version;
