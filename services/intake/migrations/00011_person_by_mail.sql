-- +goose Up

-- Whose mail it is.
CREATE INDEX persons_by_email ON persons (desk, lower(email)) WHERE email <> '';

-- +goose Down
DROP INDEX persons_by_email;
