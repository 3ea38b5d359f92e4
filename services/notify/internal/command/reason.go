package command

import (
	"embed"
	"io/fs"
)

// Reasons of notify's own, with texts in errors.yaml.
const (
	reasonNotFailed          = "NOT_FAILED"
	reasonAnnouncementExists = "ANNOUNCEMENT_EXISTS"
	reasonNoBoard            = "NO_BOARD"
	reasonRestrictedTicket   = "RESTRICTED_TICKET"
	reasonWrongState         = "WRONG_STATE"
	reasonNotApproved        = "NOT_APPROVED"
	reasonNoTicket           = "NO_TICKET"
)

//go:embed errors.yaml
var errorTexts embed.FS

// ErrorTexts are the texts of notify's reasons and rules.
func ErrorTexts() fs.FS { return errorTexts }
