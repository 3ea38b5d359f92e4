-- name: IndexTickets :exec
-- Rebuilds the words of tickets from the texts that they show and that still exist; so it may run twice, or late.
INSERT INTO ticket_search (desk, number, words_da, words_sv, words_en, words_simple)
SELECT t.desk, t.number,
       setweight(to_tsvector('danish', coalesce(string_agg(x.text, ' ') FILTER (WHERE x.name = 'title' AND l.code = 'da'), '')), 'A')
    || setweight(to_tsvector('danish', coalesce(string_agg(x.text, ' ') FILTER (WHERE x.name <> 'title' AND l.code = 'da'), '')), 'B'),
       setweight(to_tsvector('swedish', coalesce(string_agg(x.text, ' ') FILTER (WHERE x.name = 'title' AND l.code = 'sv'), '')), 'A')
    || setweight(to_tsvector('swedish', coalesce(string_agg(x.text, ' ') FILTER (WHERE x.name <> 'title' AND l.code = 'sv'), '')), 'B'),
       setweight(to_tsvector('english', coalesce(string_agg(x.text, ' ') FILTER (WHERE x.name = 'title' AND l.code = 'en'), '')), 'A')
    || setweight(to_tsvector('english', coalesce(string_agg(x.text, ' ') FILTER (WHERE x.name <> 'title' AND l.code = 'en'), '')), 'B'),
       setweight(to_tsvector('simple', coalesce(string_agg(x.text, ' ') FILTER (WHERE x.name = 'title' AND l.code NOT IN ('da', 'sv', 'en')), '')), 'A')
    || setweight(to_tsvector('simple', coalesce(string_agg(x.text, ' ') FILTER (WHERE x.name <> 'title' AND l.code NOT IN ('da', 'sv', 'en')), '')), 'B')
FROM unnest(sqlc.arg(numbers)::text[]) AS wanted (number)
JOIN tickets t ON t.desk = $1 AND t.number = wanted.number
CROSS JOIN LATERAL (
    VALUES (t.title_version, 'title'), (t.description_version, 'description'), (t.solution_version, 'solution')
) shown (revision, name)
LEFT JOIN event_texts x ON x.desk = t.desk AND x.resource = 'desks/' || t.desk || '/tickets/' || t.number
     AND x.revision = shown.revision AND x.name = shown.name
LEFT JOIN LATERAL (SELECT split_part(lower(x.language_code), '-', 1) AS code) l ON true
GROUP BY t.desk, t.number
ON CONFLICT (desk, number) DO UPDATE
SET words_da = excluded.words_da, words_sv = excluded.words_sv, words_en = excluded.words_en, words_simple = excluded.words_simple;

-- name: SearchTickets :many
-- The candidates are cut before they are ranked: ranking every match of a common word takes seconds on a million tickets.
-- Among the candidates, who may not see a ticket never meets it.
WITH candidates AS (
    SELECT t.desk, t.number, s.words_da, s.words_sv, s.words_en, s.words_simple
    FROM ticket_search s JOIN tickets t ON t.desk = s.desk AND t.number = s.number
    WHERE s.desk = $1
      AND t.audience && sqlc.arg(keys)::text[]
      AND (s.words_da @@ websearch_to_tsquery('danish', sqlc.arg(query)::text)
        OR s.words_sv @@ websearch_to_tsquery('swedish', sqlc.arg(query)::text)
        OR s.words_en @@ websearch_to_tsquery('english', sqlc.arg(query)::text)
        OR s.words_simple @@ websearch_to_tsquery('simple', sqlc.arg(query)::text))
    LIMIT sqlc.arg(candidates)::integer
)
SELECT t.number, t.facts, t.chain_hash, x.text AS title
FROM (
    SELECT c.desk, c.number, greatest(
        ts_rank(c.words_da, websearch_to_tsquery('danish', sqlc.arg(query)::text)),
        ts_rank(c.words_sv, websearch_to_tsquery('swedish', sqlc.arg(query)::text)),
        ts_rank(c.words_en, websearch_to_tsquery('english', sqlc.arg(query)::text)),
        ts_rank(c.words_simple, websearch_to_tsquery('simple', sqlc.arg(query)::text))) AS rank
    FROM candidates c
    ORDER BY rank DESC, c.number DESC
    LIMIT $2
) best
JOIN tickets t ON t.desk = best.desk AND t.number = best.number
LEFT JOIN event_texts x ON x.desk = t.desk AND x.resource = 'desks/' || t.desk || '/tickets/' || t.number
     AND x.revision = t.title_version AND x.name = 'title'
ORDER BY best.rank DESC, t.number DESC;
