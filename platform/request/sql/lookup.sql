SELECT payload_sha256, resource, revision FROM requests WHERE desk = $1 AND principal = $2 AND method = $3 AND request_id = $4
