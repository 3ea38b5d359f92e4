package refusal

// Reasons that only the gateway gives. Those it shares with the services are in platform/fault.
const (
	MalformedJSON        = "MALFORMED_JSON"
	InvalidEnum          = "INVALID_ENUM"
	InvalidValue         = "INVALID_VALUE"
	BodyTooLarge         = "BODY_TOO_LARGE"
	BodyNotAllowed       = "BODY_NOT_ALLOWED"
	UnsupportedMediaType = "UNSUPPORTED_MEDIA_TYPE"
	HeaderInvalid        = "HEADER_INVALID"
	HeaderConflict       = "HEADER_CONFLICT"
	HeaderNotSupported   = "HEADER_NOT_SUPPORTED"
	NoSuchRoute          = "NO_SUCH_ROUTE"
	MethodNotAllowed     = "METHOD_NOT_ALLOWED"
	CrossOrigin          = "CROSS_ORIGIN"
	SignInUnavailable    = "SIGN_IN_UNAVAILABLE"
)
