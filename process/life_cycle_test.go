package process

import (
	"slices"
	"strings"
	"testing"
)

// R95: resolved and pending release are statuses too.
func TestTheTableOfStatusesIsR94(t *testing.T) {
	t.Parallel()
	want := map[Status]struct {
		class Class
		clock Clock
	}{
		Registered:       {ClassOpen, HolderClock},
		Assigned:         {ClassOpen, HolderClock},
		InProgress:       {ClassOpen, HolderClock},
		AwaitingSupplier: {ClassOpen, HolderClock},
		AwaitingUser:     {ClassWaiting, PausedClock},
		PendingRelease:   {ClassWaiting, PausedClock},
		OnHold:           {ClassWaiting, PausedClock},
		Resolved:         {ClassReadyToClose, OwnerClock},
		Closed:           {ClassClosed, NoClock},
		Cancelled:        {ClassClosed, NoClock},
	}
	for i, m := range Statuses() {
		if int(m.Status) != i+1 {
			t.Errorf("row %d of the statuses is %s: the table must follow the numbers of the contract", i+1, m.Status)
		}
		if w := want[m.Status]; ClassOf(m.Status) != w.class || ClockOf(m.Status) != w.clock {
			t.Errorf("%s means %v and clock %d, want %v and %d", m.Status, ClassOf(m.Status), ClockOf(m.Status), w.class, w.clock)
		}
	}
	if len(Statuses()) != len(want) {
		t.Errorf("%d statuses, want %d", len(Statuses()), len(want))
	}
	if ClassOf(Unopened) != 0 || ClassOf(99) != 0 {
		t.Error("what is no status has a class")
	}
}

func TestNoStatusIsInTwoRowsOfOneStep(t *testing.T) {
	t.Parallel()
	seen := map[Step]StatusSet{}
	for _, rule := range LifeCycle() {
		if both := seen[rule.Step] & rule.From; both != 0 {
			t.Errorf("%s has two rows for %s", rule.Step, both)
		}
		seen[rule.Step] |= rule.From
		if len(rule.By) == 0 || rule.Source == "" || rule.From == 0 {
			t.Errorf("the row %+v is incomplete", rule)
		}
	}
}

// TestWhereEachStepLeads walks the table once per step and status; empty means refused. It is written out so that it can be
// read against the requirements without reading the code.
func TestWhereEachStepLeads(t *testing.T) {
	t.Parallel()
	// The columns are the statuses in the order of a ticket's life, REGISTERED to CANCELLED.
	table := map[Step]string{
		Take:                  "A A I S U P H - - -",
		Assign:                "A A A S U P H - - -",
		StartWork:             "I I - - - - - - - -",
		OfferHandOver:         "R A I S U P H - - -",
		AcceptHandOver:        "A A A A U P H - - -",
		DeclineHandOver:       "R A I S U P H - - -",
		WithdrawHandOver:      "R A I S U P H - - -",
		ExpireHandOver:        "R A I S U P H - - -",
		OfferResponsibility:   "R A I S U P H V - -",
		AcceptResponsibility:  "R A I S U P H V - -",
		DeclineResponsibility: "R A I S U P H V - -",
		Resume:                "- - - I I I I - - -",
		Resolve:               "V V V V V V V - - -",
		AcceptSolution:        "- - - - - - - V - -",
		RejectSolution:        "- - - - - - - I - -",
		ReturnToTechnician:    "- - - - - - - I - -",
		Close:                 "- - - - - - - C - -",
		Reopen:                "- - - - - - - A A -",
		Cancel:                "X X X X X X X - - -",
		Update:                "R A I S U P H V - -",
		AddNote:               "R A I S U P H V C X",
		AddInternalNote:       "R A I S U P H V C X",
		LogWork:               "R A I S U P H V C X",
		Route:                 "R A I S U P H - - -",
		Forward:               "R A I S U P H - - -",
		Escalate:              "R A I S U P H V - -",
		Complain:              "R A I S U P H V C X",
		AnswerEscalation:      "R A I S U P H V C X",
		AttestCall:            "R A I S U P H V - -",
		ImportRow:             "R A I S U P H V C X",
		FinishImport:          "R A I S U P H V C X",
		Categorise:            "R A I S U P H V - -",
		AnswerGuide:           "R A I S U P H V - -",
		Prioritise:            "R A I S U P H - - -",
		DoubtPriority:         "R A I S U P H - - -",
		DeclareProcedure:      "R A I S U P H V - -",
		InformProcedure:       "R A I S U P H V C X",
		StandDownProcedure:    "R A I S U P H V C X",
		ReviewProcedure:       "R A I S U P H V C X",
		GrantSight:            "R A I S U P H V C X",
		RevokeSight:           "R A I S U P H V C X",
		EnterQueue:            "R A I S U P H - - -",
		EndHold:               "- - - I I I I - - -",
		AcceptBySilence:       "- - - - - - - V - -",
		CloseBySilence:        "- - - - - - - C - -",
		CompleteLegalStage:    "R A I S U P H V C X",
		Verify:                "- - - - - - - V - -",
		PassQualityCheck:      "- - - - - - - V - -",
		Link:                  "R A I S U P H V C X",
		Unlink:                "R A I S U P H V C X",
		LinkItem:              "R A I S U P H V C X",
		UnlinkItem:            "R A I S U P H V C X",
		SetExternalID:         "R A I S U P H V C X",
		Split:                 "R A I S U P H - - -",
		Merge:                 "X X X X X X X - - -",
		PlanFix:               "R A I S U P H - - -",
		TellReporters:         "R A I S U P H V - -",
		Release:               "R A I S U I H V - -",
		Order:                 "R A I S U P H - - -",
		HandOut:               "R A I S U P H V - -",
	}
	letters := map[string]Status{
		"R": Registered, "A": Assigned, "I": InProgress, "S": AwaitingSupplier, "U": AwaitingUser, "P": PendingRelease,
		"H": OnHold, "V": Resolved, "C": Closed, "X": Cancelled,
	}
	for step, row := range table {
		for i, letter := range strings.Fields(row) {
			from := Statuses()[i].Status
			rule, ok := RuleFor(step, from)
			switch {
			case letter == "-" && ok:
				t.Errorf("%s is possible from %s", step, StatusName(from))
			case letter != "-" && !ok:
				t.Errorf("%s is refused from %s", step, StatusName(from))
			case ok:
				if got := rule.To.Status(from, Place{"a group", "a person"}, OnHold); got != letters[letter] {
					t.Errorf("%s leads from %s to %s, want %s", step, StatusName(from), StatusName(got), StatusName(letters[letter]))
				}
			}
		}
	}
	for _, rule := range LifeCycle() {
		if _, listed := table[rule.Step]; !listed && rule.Step != Open && rule.Step != Hold {
			t.Errorf("%s is not in this table", rule.Step)
		}
	}
}

func TestTheTargetDependsOnWhoThenHasTheTicket(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		target Target
		after  Place
		want   Status
	}{
		{ToQueue, Place{"", ""}, Registered},
		{ToQueue, Place{"drift", ""}, Assigned},
		{ToQueue, Place{"", "mette"}, Assigned},
		{ToWork, Place{"", ""}, Registered},
		{ToWork, Place{"drift", ""}, Assigned},
		{ToWork, Place{"", "mette"}, InProgress},
		{ToAsked, Place{}, PendingRelease},
		{Stay, Place{"drift", "mette"}, OnHold},
	} {
		if got := tc.target.Status(OnHold, tc.after, PendingRelease); got != tc.want {
			t.Errorf("target %+v with %+v leads to %s, want %s", tc.target, tc.after, StatusName(got), StatusName(tc.want))
		}
	}
}

func TestHoldLeadsToEveryOtherWaitingStatus(t *testing.T) {
	t.Parallel()
	for _, m := range Statuses() {
		for _, asked := range Statuses() {
			rule, rejection := Permit(Hold, Facts{Status: m.Status, Asked: asked.Status, Reason: true})
			want := alive.Has(m.Status) && held.Has(asked.Status) && m.Status != asked.Status
			if got := rejection == nil; got != want {
				t.Errorf("hold %s -> %s: permitted %v, want %v (%v)", m.Status, asked.Status, got, want, rejection)
			}
			if rejection == nil && rule.To.Status(m.Status, Place{}, asked.Status) != asked.Status {
				t.Errorf("hold %s -> %s leads elsewhere", m.Status, asked.Status)
			}
		}
	}
}

func TestEveryNeedRefusesWithItsReasonAndSaysWhatWouldSatisfy(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		step   Step
		facts  Facts
		reason string
	}{
		"taken":                    {Take, Facts{Status: Assigned, Taken: true}, AlreadyTaken},
		"begun by another":         {StartWork, Facts{Status: Assigned, Taken: true, TakenByOther: true}, AlreadyTaken},
		"begun by its assignee":    {StartWork, Facts{Status: Assigned, Taken: true}, ""},
		"offered twice":            {OfferHandOver, Facts{Status: InProgress, HandOverOffered: true, Reason: true}, OfferPending},
		"to the same group":        {OfferHandOver, Facts{Status: InProgress, SameHolder: true, Reason: true}, IsHolder},
		"without a reason":         {OfferHandOver, Facts{Status: InProgress}, TextMissing},
		"nothing to accept":        {AcceptHandOver, Facts{Status: InProgress}, NoOfferMade},
		"nothing to decline":       {DeclineHandOver, Facts{Status: InProgress, Reason: true}, NoOfferMade},
		"nothing to withdraw":      {WithdrawHandOver, Facts{Status: InProgress}, NoOfferMade},
		"nothing to expire":        {ExpireHandOver, Facts{Status: InProgress}, NoOfferMade},
		"transfer twice":           {OfferResponsibility, Facts{Status: InProgress, TransferOffered: true, Reason: true}, OfferPending},
		"transfer to the owner":    {OfferResponsibility, Facts{Status: InProgress, SameOwner: true, Reason: true}, IsOwner},
		"no transfer":              {AcceptResponsibility, Facts{Status: InProgress}, NoOfferMade},
		"solved without solution":  {Resolve, Facts{Status: InProgress}, TextMissing},
		"solved while offered":     {Resolve, Facts{Status: InProgress, HandOverOffered: true, Solution: true}, OfferPending},
		"solved twice":             {Resolve, Facts{Status: Resolved, Solution: true}, WrongStatus},
		"accepted twice":           {AcceptSolution, Facts{Status: Resolved, SolutionAccepted: true}, WrongStatus},
		"closed before it is done": {Close, Facts{Status: InProgress}, WrongStatus},
		"verified twice":           {Verify, Facts{Status: Resolved, Verified: true}, AlreadyVerified},
		"checked twice":            {PassQualityCheck, Facts{Status: Resolved, QualityChecked: true}, AlreadyChecked},
		"told of no plan":          {TellReporters, Facts{Status: InProgress}, NoFixPlan},
		"told after the release":   {TellReporters, Facts{Status: InProgress, FixPlanned: true, Released: true}, AlreadyReleased},
		"released twice":           {Release, Facts{Status: PendingRelease, Released: true}, AlreadyReleased},
		"ordered twice":            {Order, Facts{Status: InProgress, Ordered: true}, AlreadyOrdered},
		"handed out, not ordered":  {HandOut, Facts{Status: InProgress}, NoOrder},
		"handed out twice":         {HandOut, Facts{Status: InProgress, Ordered: true, HandedOut: true}, AlreadyHandedOut},
		"reopened while cancelled": {Reopen, Facts{Status: Cancelled, Reason: true}, WrongStatus},
	} {
		_, rejection := Permit(tc.step, tc.facts)
		switch {
		case rejection == nil && tc.reason != "":
			t.Errorf("%s: permitted, want %s", name, tc.reason)
		case rejection != nil && (rejection.Reason != tc.reason || rejection.Satisfy == "" || rejection.Source == ""):
			t.Errorf("%s: %+v, want reason %q with a source and what would satisfy it", name, rejection, tc.reason)
		case rejection != nil && rejection.Rule() != "life-cycle/"+string(tc.step):
			t.Errorf("%s: the rule is named %q", name, rejection.Rule())
		}
	}
}

func TestAWrongStatusNamesTheStatusesThatWouldDo(t *testing.T) {
	t.Parallel()
	_, rejection := Permit(Reopen, Facts{Status: InProgress, Reason: true})
	if rejection == nil || !strings.Contains(rejection.Error(), "IN_PROGRESS") ||
		!strings.Contains(rejection.Satisfy, "RESOLVED, CLOSED") {
		t.Errorf("rejection = %v, want one that names IN_PROGRESS and RESOLVED, CLOSED", rejection)
	}
}

func TestWhichEdgesAnImportRecordsAsDeviations(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		from, to Status
		allowed  bool
	}{
		{Registered, Resolved, true}, // solved at first contact
		{Registered, InProgress, true},
		{InProgress, Assigned, true},
		{InProgress, Closed, false},
		{Registered, Closed, false},
		{Resolved, InProgress, true},
		{Resolved, Assigned, true},
		{Resolved, AwaitingUser, false},
		{Closed, Assigned, true},
		{Closed, Resolved, false},
		{Closed, InProgress, false},
		{Cancelled, InProgress, false},
		{Closed, Closed, true},
	} {
		if got := Allows(tc.from, tc.to); got != tc.allowed {
			t.Errorf("%s allowed = %v, want %v", Edge(tc.from, tc.to), got, tc.allowed)
		}
	}
}

func TestTheTableCannotBeChangedThroughItsCopy(t *testing.T) {
	t.Parallel()
	LifeCycle()[0].Step = "nonsense"
	if LifeCycle()[0].Step != Open {
		t.Error("a caller changed the life cycle")
	}
	if !slices.Equal(Holds().Members(), []Status{AwaitingSupplier, AwaitingUser, PendingRelease, OnHold}) {
		t.Errorf("Holds = %s", Holds())
	}
}
