package access

import "github.com/bavn/bavn/process"

// steps are the life cycle's steps by the RPC that takes them. The policies speak of RPCs, the life cycle of steps.
var steps = map[string]process.Step{
	"OpenTicket":             process.Open,
	"TakeTicket":             process.Take,
	"TakeNextTicket":         process.Take,
	"AssignTicket":           process.Assign,
	"StartWork":              process.StartWork,
	"HandOverTicket":         process.OfferHandOver,
	"AcceptHandOver":         process.AcceptHandOver,
	"DeclineHandOver":        process.DeclineHandOver,
	"WithdrawHandOver":       process.WithdrawHandOver,
	"TransferResponsibility": process.OfferResponsibility,
	"AcceptResponsibility":   process.AcceptResponsibility,
	"DeclineResponsibility":  process.DeclineResponsibility,
	"HoldTicket":             process.Hold,
	"ResumeTicket":           process.Resume,
	"ResolveTicket":          process.Resolve,
	"AcceptSolution":         process.AcceptSolution,
	"RejectSolution":         process.RejectSolution,
	"ReturnToTechnician":     process.ReturnToTechnician,
	"CloseTicket":            process.Close,
	"ReopenTicket":           process.Reopen,
	"CancelTicket":           process.Cancel,
	"UpdateTicket":           process.Update,
	"AddNote":                process.AddNote,
	"LogWork":                process.LogWork,
	"ApplyKnownSolution":     process.LogWork,
	"RateKnownSolution":      process.LogWork,
	"ImportTicketStep":       process.ImportRow,
	"FinishImport":           process.FinishImport,

	"LinkTicket":              process.Link,
	"UnlinkTicket":            process.Unlink,
	"LinkConfigurationItem":   process.LinkItem,
	"UnlinkConfigurationItem": process.UnlinkItem,
	"SetExternalId":           process.SetExternalID,
	"SplitTicket":             process.Split,
	"MergeTicket":             process.Merge,
	"PlanFix":                 process.PlanFix,
	"TellReporters":           process.TellReporters,
	"MarkReleased":            process.Release,
	"OrderGoods":              process.Order,
	"HandOutGoods":            process.HandOut,
	"VerifySolution":          process.Verify,
	"PassQualityCheck":        process.PassQualityCheck,
}

// StepOf is the life cycle's step that an RPC takes.
func StepOf(action string, internal bool) process.Step {
	if action == "AddNote" && internal {
		return process.AddInternalNote
	}
	return steps[action]
}
