-- The yardstick: what PostgreSQL alone reaches on this machine for "open a ticket": a number, a row of 1 KB, an event of
-- 1 KB, committed durably. Five statements, as a program without pipelining would send them.
BEGIN;
SELECT nextval('ticket_number') AS number \gset
INSERT INTO tickets (number, facts) VALUES (:number, repeat('x', 1024));
INSERT INTO events (number, stored) VALUES (:number, repeat('x', 1024));
COMMIT;
