package command

import (
	"embed"
	"errors"
	"io/fs"
)

// Reasons of notify's own, with texts in errors.yaml.
const (
	reasonNotFailed          = "NOT_FAILED"
	reasonProposalDecided    = "PROPOSAL_DECIDED"
	reasonNoStakeholders     = "NO_STAKEHOLDERS"
	reasonWebhookDisabled    = "WEBHOOK_DISABLED"
	reasonDeliveryQueued     = "DELIVERY_QUEUED"
	reasonLinkUsed           = "LINK_USED"
	reasonLinkExpired        = "LINK_EXPIRED"
	reasonLinkOutdated       = "LINK_OUTDATED"
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

// errErased is a message whose words were erased before it was sent (R147).
var errErased = errors.New("the words were erased")
