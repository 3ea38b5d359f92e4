INSERT INTO feed_epochs (epoch, system_identifier, timeline)
SELECT coalesce(max(epoch), 0) + 1, $1, $2 FROM feed_epochs
RETURNING epoch
