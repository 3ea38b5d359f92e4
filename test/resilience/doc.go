// Package resilience shows that nothing is lost and nothing is doubled: a client load on five processes and a durable PostgreSQL,
// a killer that ends each of them again and again as a crash would, and afterwards an account of every acknowledged call, event
// and message, taken from the databases themselves. `make resilience` runs the long version.
package resilience
