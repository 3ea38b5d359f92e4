SELECT pg_advisory_xact_lock(hashtextextended('bavn.feed.resource/' || $1::text, 0))
