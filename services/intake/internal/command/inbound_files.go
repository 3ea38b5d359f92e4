package command

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"mime"
	"strings"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/services/intake/internal/domain"
	"github.com/bavn/bavn/services/intake/internal/mail"
)

// enclose keeps the files of a mail with the ticket that it became or joined (R31). Those of what no person wrote are for those
// who handle the ticket, as its words are. A file that the ticket does not take stays in the original, and holds nothing else up.
func (h *MailHandler) enclose(ctx context.Context, l *letter, v Verdict) error {
	became := v.Outcome == intakev1.InboundOutcome_INBOUND_OUTCOME_TICKETED
	if !became && v.Outcome != intakev1.InboundOutcome_INBOUND_OUTCOME_JOINED {
		return nil
	}
	for i, file := range l.mail.Files() {
		_, err := h.Commands.UploadAttachment(ctx, &intakev1.UploadAttachmentRequest{
			Parent: domain.TicketName(l.item.Desk, v.Ticket), RequestId: requestFor(l.item, fmt.Sprintf("file %d", i)).String(),
			FileName: fileName(file, i), Internal: !became && (l.mail.Kind != mail.Person || l.thread.Page != ""),
		}, bytes.NewReader(file.Content))
		switch {
		case err == nil:
		case passes(err) && fault.ReasonOf(err) != reasonTooManyAttachments:
			return err
		default:
			h.Commands.Logger.WarnContext(ctx, "a file of a mail is in its original alone", append(notSettled(l.item, err),
				slog.String("ticket", domain.TicketName(l.item.Desk, v.Ticket)))...)
		}
	}
	return nil
}

// fileName is what a file is called: as its sender did, or by its number and type.
func fileName(file mail.Part, i int) string {
	if strings.TrimSpace(file.Name) != "" {
		return bounded(file.Name, 200)
	}
	extensions, err := mime.ExtensionsByType(file.MediaType)
	if err != nil || len(extensions) == 0 {
		extensions = []string{""}
	}
	return fmt.Sprintf("%d%s", i+1, cmp.Or(extensions[0], ".bin"))
}
