UPDATE events e SET audience = ARRAY(
    SELECT DISTINCT key FROM unnest($3::text[] || ARRAY(SELECT kept FROM unnest($4::text[]) kept WHERE kept = ANY (e.audience))) key
    ORDER BY key)
WHERE desk = $1 AND resource = $2
