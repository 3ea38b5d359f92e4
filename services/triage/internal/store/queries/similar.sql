-- name: LockSearchDesk :one
-- Whoever indexes tickets of a desk does so alone, and knows how many ordinals are given.
INSERT INTO search_desks (desk, ordinals) VALUES ($1, 0)
ON CONFLICT (desk) DO UPDATE SET ordinals = search_desks.ordinals
RETURNING ordinals;

-- name: TermsOfTickets :many
SELECT number, terms FROM ticket_terms WHERE desk = $1 AND number = ANY (sqlc.arg(numbers)::text[]);

-- name: IndexTerms :exec
-- Writes the terms of tickets whose words IndexTickets has just written, and counts them: one more for every ticket that a term came
-- to, one less for every ticket that it left. Of a long text only the most telling are kept: its title's, then the rarest.
WITH wanted AS (
    SELECT DISTINCT u.number FROM unnest(sqlc.arg(numbers)::text[]) AS u (number)
), word AS (
    SELECT s.number, search_term(s.desk, l.language, w.lexeme) AS term, bool_or('A' = ANY (w.weights)) AS in_title
    FROM wanted JOIN ticket_search s ON s.desk = $1 AND s.number = wanted.number
    CROSS JOIN LATERAL (
        VALUES ('da', s.words_da), ('sv', s.words_sv), ('en', s.words_en), ('', s.words_simple)
    ) l (language, vector)
    CROSS JOIN LATERAL unnest(l.vector) AS w (lexeme, positions, weights)
    WHERE length(w.lexeme) BETWEEN 2 AND 40
    GROUP BY 1, 2
), placed AS (
    SELECT word.number, word.term, coalesce(c.documents, 0) >= sqlc.arg(common)::bigint AS common,
           row_number() OVER (PARTITION BY word.number ORDER BY word.in_title DESC, c.documents NULLS LAST, word.term) AS place
    FROM word LEFT JOIN search_words c ON c.desk = $1 AND c.term = word.term
), fresh AS (
    SELECT wanted.number, coalesce(array_agg(placed.term) FILTER (WHERE placed.term IS NOT NULL), '{}') AS terms,
           coalesce(array_agg(placed.term) FILTER (WHERE placed.common), '{}') AS common
    FROM wanted LEFT JOIN placed ON placed.number = wanted.number AND placed.place <= sqlc.arg(most)::integer
    GROUP BY wanted.number
), old AS (
    SELECT t.number, t.terms, t.ordinal FROM ticket_terms t JOIN wanted ON t.desk = $1 AND t.number = wanted.number
), newcomer AS (
    SELECT f.number, sqlc.arg(ordinals)::bigint + row_number() OVER (ORDER BY f.number) - 1 AS ordinal
    FROM fresh f LEFT JOIN old ON old.number = f.number
    WHERE old.number IS NULL AND f.terms <> '{}'
), put AS (
    INSERT INTO ticket_terms (desk, number, ordinal, terms, recent)
    SELECT $1, f.number, o.ordinal, f.terms, ARRAY(SELECT c.term # (1 + o.ordinal / 1024) FROM unnest(f.common) AS c (term))
    FROM fresh f JOIN (SELECT old.number, old.ordinal FROM old UNION ALL SELECT newcomer.number, newcomer.ordinal FROM newcomer) o
         ON o.number = f.number
    ON CONFLICT (desk, number) DO UPDATE SET terms = excluded.terms, recent = excluded.recent
), given AS (
    UPDATE search_desks SET ordinals = sqlc.arg(ordinals)::bigint + (SELECT count(*) FROM newcomer) WHERE desk = $1
)
INSERT INTO search_words (desk, term, documents)
SELECT $1, counted.term, sum(counted.change)
FROM (
    SELECT unnest(fresh.terms) AS term, 1 AS change FROM fresh
    UNION ALL
    SELECT unnest(old.terms), -1 FROM old
) counted
GROUP BY counted.term
HAVING sum(counted.change) <> 0
ON CONFLICT (desk, term) DO UPDATE SET documents = search_words.documents + excluded.documents;

-- name: ForgetWords :exec
-- A word that no ticket has any more leaves no trace (R147).
DELETE FROM search_words WHERE desk = $1 AND term = ANY (sqlc.arg(terms)::bigint[]) AND documents <= 0;

-- name: IndexKnownSolution :exec
-- The terms of a known solution while it is published; none before and after.
WITH gone AS (
    DELETE FROM known_solution_terms t WHERE t.desk = $1 AND t.number = $2
      AND NOT EXISTS (SELECT FROM known_solutions k WHERE k.desk = $1 AND k.number = $2 AND k.state = 3)
)
INSERT INTO known_solution_terms (desk, number, terms)
SELECT k.desk, k.number, coalesce(array_agg(DISTINCT search_term(k.desk, l.language, w.lexeme)) FILTER (WHERE w.lexeme IS NOT NULL), '{}')
FROM known_solutions k
CROSS JOIN LATERAL (
    VALUES ('title', k.title_version), ('symptoms', k.symptoms_version), ('solution', k.solution_version)
) shown (name, revision)
LEFT JOIN event_texts x ON x.desk = k.desk AND x.resource = 'desks/' || k.desk || '/knownSolutions/ks' || k.number
     AND x.revision = shown.revision AND x.name = shown.name AND x.text IS NOT NULL
LEFT JOIN LATERAL (SELECT split_part(lower(x.language_code), '-', 1) AS code) c ON true
LEFT JOIN LATERAL (
    SELECT CASE WHEN c.code IN ('da', 'sv', 'en') THEN c.code ELSE '' END AS language,
           CASE c.code WHEN 'da' THEN to_tsvector('danish', x.text) WHEN 'sv' THEN to_tsvector('swedish', x.text)
                WHEN 'en' THEN to_tsvector('english', x.text) ELSE to_tsvector('simple', x.text) END AS vector
) l ON x.text IS NOT NULL
LEFT JOIN LATERAL (
    SELECT u.lexeme FROM unnest(l.vector) AS u (lexeme, positions, weights) WHERE length(u.lexeme) BETWEEN 2 AND 40
) w ON true
WHERE k.desk = $1 AND k.number = $2 AND k.state = 3
GROUP BY k.desk, k.number
ON CONFLICT (desk, number) DO UPDATE SET terms = excluded.terms;

-- name: QuestionWords :many
-- The words of a question with their terms in every language. A word is what the `simple` configuration makes of it; what is a stop
-- word in one of the languages says little in all of them, and is left out.
WITH vectors AS (
    SELECT 'da'::text AS language, to_tsvector('danish', sqlc.arg(question)::text) AS vector
    UNION ALL SELECT 'sv'::text, to_tsvector('swedish', sqlc.arg(question)::text)
    UNION ALL SELECT 'en'::text, to_tsvector('english', sqlc.arg(question)::text)
    UNION ALL SELECT ''::text, to_tsvector('simple', sqlc.arg(question)::text)
), lexeme AS (
    SELECT vectors.language, u.lexeme, p.position
    FROM vectors
    CROSS JOIN LATERAL unnest(vectors.vector) AS u (lexeme, positions, weights)
    CROSS JOIN LATERAL unnest(u.positions) AS p (position)
), word AS (
    SELECT s.lexeme AS word, min(s.position) AS position FROM lexeme s
    WHERE s.language = '' AND length(s.lexeme) BETWEEN 2 AND 40
      AND (SELECT count(DISTINCT o.language) FROM lexeme o WHERE o.position = s.position) = 4
    GROUP BY s.lexeme
)
SELECT word.word::text AS word, search_term(sqlc.arg(desk)::text, lexeme.language, lexeme.lexeme)::bigint AS term
FROM word JOIN lexeme ON lexeme.position = word.position
ORDER BY word.position, lexeme.language;

-- name: CountedWords :many
-- In how many tickets some terms are. It is asked by itself, so that it goes by the key whatever the planner thinks of questions.
SELECT term, documents FROM search_words WHERE desk = $1 AND term = ANY (sqlc.arg(terms)::bigint[]);

-- name: SearchOrdinals :one
SELECT ordinals FROM search_desks WHERE desk = $1;

-- name: TicketsByTerms :many
-- Tickets that have one of some rare terms. Who may see them is asked of the best alone.
SELECT number, terms FROM ticket_terms
WHERE desk = $1 AND terms && sqlc.arg(rare)::bigint[]
ORDER BY ordinal DESC
LIMIT $2;

-- name: TicketsBySegments :many
-- The newest tickets that have a common term in a segment that is looked at.
SELECT number, terms FROM ticket_terms
WHERE desk = $1 AND recent && sqlc.arg(recent)::bigint[]
ORDER BY ordinal DESC
LIMIT $2;

-- name: TicketsByPair :many
-- The newest tickets that have two terms at once: each may be common, and both together telling.
SELECT number, terms FROM ticket_terms
WHERE desk = $1 AND terms @> sqlc.arg(pair)::bigint[]
ORDER BY ordinal DESC
LIMIT $2;

-- name: TicketsBySight :many
-- The newest solved tickets that somebody may see: for those who see little of what is found by words.
SELECT t.number, x.terms FROM tickets t JOIN ticket_terms x ON x.desk = t.desk AND x.number = t.number
WHERE t.desk = $1 AND t.audience && sqlc.arg(keys)::text[] AND t.status IN (8, 9) AND t.solution_version > 0
ORDER BY t.number DESC
LIMIT $2;

-- name: KnownSolutionsByTerms :many
SELECT number, terms FROM known_solution_terms
WHERE desk = $1 AND terms && sqlc.arg(terms)::bigint[]
ORDER BY number DESC
LIMIT $2;

-- name: SolvedTickets :many
-- What a suggestion shows of a ticket.
SELECT t.number, t.facts, title.text AS title, solution.text AS solution
FROM tickets t
LEFT JOIN event_texts title ON title.desk = t.desk AND title.resource = 'desks/' || t.desk || '/tickets/' || t.number
     AND title.revision = t.title_version AND title.name = 'title'
LEFT JOIN event_texts solution ON solution.desk = t.desk AND solution.resource = 'desks/' || t.desk || '/tickets/' || t.number
     AND solution.revision = t.solution_version AND solution.name = 'solution'
WHERE t.desk = $1 AND t.number = ANY (sqlc.arg(numbers)::text[]) AND t.audience && sqlc.arg(keys)::text[];
