package command

import (
	"embed"
	"io/fs"
)

// Reasons of intake's own, with texts in errors.yaml.
const (
	reasonPersonExists  = "PERSON_EXISTS"
	reasonNumbersUsedUp = "NUMBERS_USED_UP"
	reasonPersonErased  = "PERSON_ERASED"

	reasonNotQuarantined = "INBOUND_NOT_QUARANTINED"

	reasonConnectionExists = "CONNECTION_EXISTS"
	reasonNoSecrets        = "SECRETS_NOT_SET_UP"
	reasonSecretReplaced   = "SECRET_REPLACED"
	reasonForged           = "SIGNATURE_INVALID"

	reasonSubmissionUnsettled = "SUBMISSION_UNSETTLED"

	reasonAttachmentTooLarge    = "ATTACHMENT_TOO_LARGE"
	reasonTooManyAttachments    = "TOO_MANY_ATTACHMENTS"
	reasonUploadLapsed          = "UPLOAD_LAPSED"
	reasonAttachmentQuarantined = "ATTACHMENT_QUARANTINED"
	reasonAttachmentNotScanned  = "ATTACHMENT_NOT_SCANNED"

	reasonPersonLeft  = "PERSON_LEFT"
	reasonTooManyLeft = "TOO_MANY_LEFT"
)

//go:embed errors.yaml
var errorTexts embed.FS

// ErrorTexts are the texts of intake's reasons and rules.
func ErrorTexts() fs.FS { return errorTexts }
