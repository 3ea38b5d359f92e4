package fault

import "google.golang.org/grpc/codes"

// Reasons that every service shares. A service adds its own with its own catalog file.
const (
	Internal         = "INTERNAL"
	Unavailable      = "UNAVAILABLE"
	Unimplemented    = "UNIMPLEMENTED"
	Canceled         = "CANCELED"
	DeadlineExceeded = "DEADLINE_EXCEEDED"
	Overloaded       = "OVERLOADED"

	InvalidArgument    = "INVALID_ARGUMENT"
	OutOfRange         = "OUT_OF_RANGE"
	MalformedMessage   = "MALFORMED_MESSAGE"
	MessageTooLarge    = "MESSAGE_TOO_LARGE"
	UnknownField       = "UNKNOWN_FIELD"
	NULByte            = "NUL_BYTE"
	InvalidUTF8        = "INVALID_UTF8"
	InvalidPageToken   = "INVALID_PAGE_TOKEN"
	InvalidResumeToken = "INVALID_RESUME_TOKEN"

	TokenMissing     = "TOKEN_MISSING"
	TokenExpired     = "TOKEN_EXPIRED"
	TokenInvalid     = "TOKEN_INVALID"
	PermissionDenied = "PERMISSION_DENIED"

	NotFound           = "NOT_FOUND"
	AlreadyExists      = "ALREADY_EXISTS"
	FailedPrecondition = "FAILED_PRECONDITION"
	Aborted            = "ABORTED"
	StaleETag          = "STALE_ETAG"
	RequestIDReused    = "REQUEST_ID_REUSED"
)

// reasonOfCode gives a foreign status (a library's, a failed dial's) the reason that its code allows. A code that is not
// here says something about our inside and becomes INTERNAL.
var reasonOfCode = map[codes.Code]string{
	codes.Canceled:           Canceled,
	codes.DeadlineExceeded:   DeadlineExceeded,
	codes.InvalidArgument:    InvalidArgument,
	codes.NotFound:           NotFound,
	codes.AlreadyExists:      AlreadyExists,
	codes.PermissionDenied:   PermissionDenied,
	codes.Unauthenticated:    TokenInvalid,
	codes.ResourceExhausted:  Overloaded,
	codes.FailedPrecondition: FailedPrecondition,
	codes.Aborted:            Aborted,
	codes.OutOfRange:         OutOfRange,
	codes.Unimplemented:      Unimplemented,
	codes.Unavailable:        Unavailable,
}
