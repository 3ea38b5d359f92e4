package access

import (
	"maps"
	"slices"

	"github.com/bavn/bavn/process"
)

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
	"RouteTicket":            process.Route,
	"ForwardTicket":          process.Forward,
	"EscalateTicket":         process.Escalate,
	"Complain":               process.Complain,
	"AnswerEscalation":       process.AnswerEscalation,
	"AttestCall":             process.AttestCall,
	"ImportTicketStep":       process.ImportRow,
	"FinishImport":           process.FinishImport,
	"CategoriseTicket":       process.Categorise,
	"AnswerGuide":            process.AnswerGuide,
	"PrioritiseTicket":       process.Prioritise,
	"DoubtPriority":          process.DoubtPriority,
	"DeclareProcedure":       process.DeclareProcedure,
	"InformProcedure":        process.InformProcedure,
	"StandDownProcedure":     process.StandDownProcedure,
	"ReviewProcedure":        process.ReviewProcedure,
	"GrantSight":             process.GrantSight,
	"RevokeSight":            process.RevokeSight,
	"CompleteLegalStage":     process.CompleteLegalStage,

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

// notAboutATicket are the RPCs about a desk or a pile, and those that importers alone make.
var notAboutATicket = []string{"OpenTicket", "TakeNextTicket", "ImportTicketStep", "FinishImport"}

// chief names the RPC that is a step itself, where several take it.
var chief = map[process.Step]string{process.LogWork: "LogWork", process.AddInternalNote: "AddNote"}

// actions are the RPCs about one ticket, by the step that each is.
var actions = func() map[process.Step]string {
	of := maps.Clone(chief)
	for action, step := range steps {
		if _, named := chief[step]; !named && !slices.Contains(notAboutATicket, action) {
			of[step] = action
		}
	}
	return of
}()

// ActionOf is the RPC about one ticket that takes a step, and whether it is for people: not for intake, an import or a timer.
func ActionOf(step process.Step) (action string, internal, people bool) {
	action, people = actions[step]
	return action, step == process.AddInternalNote, people
}
