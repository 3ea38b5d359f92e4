// Package jobs does work for later: a deadline, a reminder, a retry, a nightly extract. It is River on the service's own
// database, so a job is inserted in the transaction that makes it necessary and exists exactly if that transaction commits.
//
// # What is promised
//
// At least once: a job runs again when its process dies in the middle, so a worker must be harmless when repeated. Never
// before it is due. Soon after it is due: with the default configuration within a second, FetchPollInterval (0.5 s) and the time
// the jobs before it take; BenchmarkLateness measures it. Every replica makes due jobs available, so it does not matter that the
// process that leads River's maintenance dies (BenchmarkLatenessAfterALeaderDied). A job that was running in a process that
// died runs again when another one leads (at most 22 s), after RescueAfter, at most 35 s more, and its retry delay. Nothing
// faster than that may be promised to anyone; who needs less lateness than a second needs something other than a job.
//
// # Stale timers
//
// A job cannot be recalled: the deadline of a ticket may move after the job that watches it was inserted. So a job carries the
// generation of its timer, a number that the aggregate raises whenever it sets or clears the timer. The worker locks and
// re-reads the aggregate and drops the job when the numbers differ; it compares generations, never times.
//
//	type autoClose struct {
//		Ticket     string `json:"ticket"`
//		Generation int64  `json:"generation"`
//	}
//
// # What a job carries
//
// Names and generations, never personal data: arguments and errors stay in river_job until the job is cleaned up, and erasure
// does not look there.
//
// # Failure
//
// An error is retried after RetryBase, then twice that and so on up to RetryMax, MaxAttempts times in all; then the job is kept
// as discarded for DiscardedRetention, logged as an error and counted as given_up. A worker that only waits for another
// service to come back returns river.JobSnooze instead: that costs no attempt, so the job is never given up.
//
// # NOTIFY
//
// River tells workers of new jobs by NOTIFY inside the inserting transaction, at most once per FetchCooldown and process and
// not once per job, so it does not serialise commits as a NOTIFY per transaction would. PollOnly does without: no NOTIFY, no
// connection spent on LISTEN, and a new job waits up to FetchPollInterval.
package jobs
