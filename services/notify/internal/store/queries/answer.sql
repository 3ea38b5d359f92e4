-- Lets one message to a sender out. No row says that another one was within the hour; the same message again is let out again.
-- name: AnswerSender :execrows
INSERT INTO answered_senders (desk, sender, notification, answered_at) VALUES (@desk, @sender, @notification, @now::timestamptz)
ON CONFLICT (desk, sender) DO UPDATE SET notification = EXCLUDED.notification, answered_at = EXCLUDED.answered_at
WHERE answered_senders.answered_at <= @before::timestamptz OR answered_senders.notification = EXCLUDED.notification;

-- name: ForgetSenders :exec
DELETE FROM answered_senders WHERE (desk, sender) IN (
    SELECT a.desk, a.sender FROM answered_senders a WHERE a.answered_at <= @before::timestamptz
    ORDER BY a.answered_at LIMIT 100 FOR UPDATE SKIP LOCKED);
