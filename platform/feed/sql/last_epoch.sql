SELECT epoch, system_identifier, timeline FROM feed_epochs ORDER BY epoch DESC LIMIT 1
