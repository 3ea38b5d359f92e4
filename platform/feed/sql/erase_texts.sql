UPDATE event_texts SET text = NULL, salt = NULL, erased_at = $4
WHERE desk = $1 AND resource = ANY ($2) AND ($3::text[] IS NULL OR name = ANY ($3)) AND text IS NOT NULL
