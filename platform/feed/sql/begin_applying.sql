-- Held by every transaction that applies events until it ends: a reset waits for them, and they for it. It takes no
-- transaction id.
SELECT pg_advisory_xact_lock_shared(hashtextextended('bavn.feed.apply/' || $1::text || '/' || $2::text, 0))
