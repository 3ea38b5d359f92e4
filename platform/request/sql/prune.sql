DELETE FROM requests WHERE ctid = ANY (ARRAY(SELECT ctid FROM requests WHERE created_at < $1 LIMIT $2))
