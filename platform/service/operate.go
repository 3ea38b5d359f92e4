package service

import (
	"context"
	_ "embed"
	"log/slog"
	"slices"

	"github.com/cedar-policy/cedar-go"

	"github.com/bavn/bavn/platform/auth"
)

var (
	//go:embed operate.cedar
	operatePolicies []byte
	//go:embed operate.cedarschema
	operateSchema []byte
)

// operators decides who may look after a service, whatever the service is about.
type operators struct {
	service  string
	admins   []string
	policies *auth.Authorizer
}

func newOperators(service string, admins []string, log *slog.Logger) (*operators, error) {
	policies, err := auth.NewAuthorizer(operatePolicies, operateSchema, log)
	return &operators{service: service, admins: admins, policies: policies}, err
}

// MayOperate asks the policies about the caller: a person whom the configuration names, never a service.
func (o *operators) MayOperate(ctx context.Context, method string) error {
	principal, _ := auth.FromContext(ctx)
	caller := cedar.Entity{UID: principal.Entity()}
	if principal.Person != "" {
		caller.Attributes = cedar.NewRecord(cedar.RecordMap{
			"installation_admin": cedar.Boolean(slices.Contains(o.admins, principal.Person)),
		})
	}
	installation := cedar.Entity{UID: cedar.NewEntityUID("Installation", cedar.String(o.service))}
	return o.policies.Authorize(ctx, auth.Request{
		Principal: caller.UID, Action: method, Resource: installation.UID,
		Entities: cedar.EntityMap{caller.UID: caller, installation.UID: installation},
	})
}
