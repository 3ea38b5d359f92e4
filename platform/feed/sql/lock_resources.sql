SELECT pg_advisory_xact_lock(hashtextextended('bavn.feed.resource/' || resource, 0)) FROM unnest($1::text[]) AS resource
