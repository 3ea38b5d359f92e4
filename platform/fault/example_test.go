package fault_test

import (
	"context"
	"fmt"
	"testing/fstest"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"

	"github.com/bavn/bavn/platform/fault"
)

// A service keeps its texts in an errors.yaml that it embeds; a process rule says what would satisfy it.
func Example() {
	texts := fstest.MapFS{"errors.yaml": {Data: []byte(`
reasons:
  SOLUTION_MISSING:
    en: Ticket {ticket} has no solution yet.
    da: Sag {ticket} har endnu ingen løsning.
    sv: Ärende {ticket} har ännu ingen lösning.
`)}}
	catalog, err := fault.NewCatalog(texts)
	if err != nil {
		fmt.Println(err)
		return
	}

	refusal := fault.New(codes.FailedPrecondition, "SOLUTION_MISSING").
		Meta("ticket", "ASCP00000042").
		Violation("TRANSITION", "profiles/nsp@3f9c/transitions/resolve", "Write the solution, then resolve.")

	caller := metadata.NewIncomingContext(context.Background(), metadata.Pairs("accept-language", "da"))
	st := fault.ToStatus(caller, refusal, catalog)
	fmt.Println(st.Code(), "-", st.Message())
	for _, detail := range st.Details() {
		if local, ok := detail.(*errdetails.LocalizedMessage); ok {
			fmt.Println(local.GetLocale(), "-", local.GetMessage())
		}
	}
	// Output:
	// FailedPrecondition - Ticket ASCP00000042 has no solution yet.
	// da - Sag ASCP00000042 har endnu ingen løsning.
}
