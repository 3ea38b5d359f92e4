package pg

import (
	"context"
	"errors"
	"io"
	"net"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/puddle/v2"
	"google.golang.org/grpc/codes"

	"github.com/bavn/bavn/platform/fault"
)

// SQLSTATEs that code outside the table below asks for.
const (
	serializationFailure = "40001"
	deadlockDetected     = "40P01"
	uniqueViolation      = "23505"
	checkViolation       = "23514"
)

var (
	contention  = fault.New(codes.Aborted, fault.Aborted)
	tookTooLong = fault.New(codes.DeadlineExceeded, fault.DeadlineExceeded)
	unavailable = fault.New(codes.Unavailable, fault.Unavailable)
	unexpected  = fault.New(codes.Internal, fault.Internal)
)

// faults says what a caller is told about an SQLSTATE. A whole class is its first two characters. Everything else,
// constraints included, is a mistake of ours, unless the command that provoked it asked IsUniqueViolation or IsCheckViolation.
// Source: PostgreSQL's Appendix A.
var faults = map[string]*fault.Error{
	serializationFailure: contention,
	deadlockDetected:     contention,
	"55P03":              contention,  // lock_not_available: lock_timeout passed
	"57014":              tookTooLong, // query_canceled: statement_timeout passed
	"25P03":              tookTooLong, // idle_in_transaction_session_timeout passed
	"25P04":              tookTooLong, // transaction_timeout passed (PostgreSQL 17)
	"25006":              unavailable, // read_only_sql_transaction: we reached a standby during a failover
	"08":                 unavailable, // connection_exception
	"53":                 unavailable, // insufficient_resources: connections, memory, disk
	"57P01":              unavailable, // admin_shutdown
	"57P02":              unavailable, // crash_shutdown
	"57P03":              unavailable, // cannot_connect_now: starting up or recovering
	"57P05":              unavailable, // idle_session_timeout
	"58":                 unavailable, // system_error: the disk below the database
}

// Translate turns an error of PostgreSQL or of the way to it into a fault. A fault, and an error that has nothing to do
// with the database, passes as it is. The SQL error stays in the Unwrap chain for logs and never in the status.
func Translate(err error) error {
	if err == nil {
		return nil
	}
	if _, already := errors.AsType[*fault.Error](err); already {
		return err
	}
	if f, known := faultOf(err); known {
		return f.Cause(err)
	}
	return err
}

// faultOf finds the fault for an error that comes from the database or from a context.
func faultOf(err error) (*fault.Error, bool) {
	refused, answered := errors.AsType[*pgconn.PgError](err)
	_, connecting := errors.AsType[*pgconn.ConnectError](err)
	switch {
	case connecting: // whatever the reason, a wrong password included: the caller did nothing wrong
		return unavailable, true
	case answered:
		return faultOfState(refused.Code), true
	case errors.Is(err, context.Canceled):
		return fault.New(codes.Canceled, fault.Canceled), true
	case errors.Is(err, context.DeadlineExceeded):
		return tookTooLong, true
	case connectionLost(err):
		return unavailable, true
	}
	return nil, false
}

func faultOfState(sqlstate string) *fault.Error {
	if f, ok := faults[sqlstate]; ok {
		return f
	}
	if f, ok := faults[sqlstate[:min(2, len(sqlstate))]]; ok {
		return f
	}
	return unexpected
}

func connectionLost(err error) bool {
	_, network := errors.AsType[net.Error](err)
	return network || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) ||
		errors.Is(err, pgconn.ErrConnClosed) || errors.Is(err, puddle.ErrClosedPool)
}

// IsUniqueViolation reports whether err comes from this unique constraint or index; an empty name means any.
func IsUniqueViolation(err error, constraint string) bool {
	return violates(err, uniqueViolation, constraint)
}

// IsCheckViolation reports whether err comes from this CHECK constraint, or from the rule of that name in a trigger that stands
// for many (ADR 0012); an empty name means any.
func IsCheckViolation(err error, constraint string) bool {
	return violates(err, checkViolation, constraint)
}

func violates(err error, sqlstate, constraint string) bool {
	refused, ok := errors.AsType[*pgconn.PgError](err)
	return ok && refused.Code == sqlstate && (constraint == "" || refused.ConstraintName == constraint)
}
