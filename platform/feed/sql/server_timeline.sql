-- The timeline comes from the name of the WAL file being written: pg_control_checkpoint() shows the last checkpoint's, which
-- after a promotion is still the old one. In recovery there is no such name, and nothing may be written anyway.
SELECT pg_is_in_recovery(),
       (SELECT system_identifier FROM pg_control_system()),
       CASE WHEN pg_is_in_recovery() THEN 0
            ELSE ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::bigint END
