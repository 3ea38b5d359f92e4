-- Without the server's own workers, which have no user. Whose sessions they are and what they do may be hidden from us, that they
-- are there is not.
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND usesysid IS NOT NULL
