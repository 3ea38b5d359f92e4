// Package store keeps notifications and what notify knows of desks in PostgreSQL.
package store

import (
	"context"
	"fmt"
)

// closeTo takes those who are not among the keys out of the audience of a ticket's notifications and proposals up to a revision,
// and of the events about them. Who was told knows that they were; who has not been told yet, and does not see it any more, will
// not be.
const closeTo = `WITH proposed AS (
    UPDATE proposals SET audience = ARRAY(SELECT key FROM unnest(audience) key WHERE key = ANY ($3) ORDER BY key)
    WHERE desk = $1 AND ticket = $2 AND event_revision <= $4),
closed AS (
    UPDATE notifications n SET audience = ARRAY(
        SELECT key FROM unnest(audience) key WHERE key = ANY ($3) OR key = 'persons/' || recipient ORDER BY key),
        withdrawn = withdrawn OR delivery = 1 AND 'persons/' || recipient <> ALL ($3) AND NOT EXISTS (
            SELECT FROM memberships m WHERE m.desk = n.desk AND m.person = n.recipient
                AND ('parties/' || m.party = ANY ($3) OR ARRAY(SELECT 'roles/' || role FROM unnest(m.roles) role) && $3))
    WHERE desk = $1 AND ticket = $2 AND event_revision <= $4
    RETURNING desk, notification::text AS notification, audience)
UPDATE events e SET audience = closed.audience FROM closed
WHERE e.desk = closed.desk AND e.resource = 'desks/' || closed.desk || '/notifications/' || closed.notification`

// CloseTo lets only those see what was said about a ticket before who see the ticket now that it is restricted (R149): what was
// said up to the revision at which it was.
func CloseTo(ctx context.Context, db DBTX, desk, ticket string, keys []string, revision int64) error {
	if _, err := db.Exec(ctx, closeTo, desk, ticket, keys, revision); err != nil {
		return fmt.Errorf("close the notifications of ticket %s: %w", ticket, err)
	}
	return nil
}
