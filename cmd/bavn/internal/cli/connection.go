package cli

import (
	"context"
	"encoding/json"
	"os"
	"strings"

	"go.yaml.in/yaml/v3"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/bavn/bavn/cmd/bavn/internal/failure"
	"github.com/bavn/bavn/cmd/bavn/internal/resource"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
)

// Connection is everything about the parties' own tools.
type Connection struct {
	Create  ConnectionCreate  `cmd:"" help:"Connect a party's tool, as a YAML file says. It hears nothing until it has a secret."`
	Update  ConnectionUpdate  `cmd:"" help:"Change what a YAML file says, and nothing else."`
	Secret  ConnectionSecret  `cmd:"" help:"Make a new secret and print it, once; the one before is good for a day."`
	Disable ConnectionDisable `cmd:"" help:"Put a tool at rest: what it sends is refused, and it is told nothing."`
	Enable  ConnectionEnable  `cmd:"" help:"Wake a tool up again."`
	Show    ConnectionShow    `cmd:"" help:"Show a connection."`
	List    ConnectionList    `cmd:"" help:"List the connections."`
}

// connectionFile is a connection as people write it down: the contract's fields, in YAML.
type connectionFile struct {
	File string `arg:"" type:"existingfile" help:"YAML file: kind (jira, generic, alertmanager, cloud_events), party, system …"`
}

// read returns the connection and the fields that the file names.
func (f connectionFile) read(desk string) (*intakev1.Connection, []string, error) {
	mistake := func(err error) error {
		return failure.New(failure.Usage, "kind is jira, generic, alertmanager or cloud_events; /openapi.yaml names the other fields",
			"%s: %w", f.File, err)
	}
	written, err := os.ReadFile(f.File)
	if err != nil {
		return nil, nil, mistake(err)
	}
	var fields map[string]any
	if err := yaml.Unmarshal(written, &fields); err != nil {
		return nil, nil, mistake(err)
	}
	if kind, ok := fields["kind"].(string); ok {
		fields["kind"] = "TOOL_KIND_" + strings.TrimPrefix(enumName(kind), "TOOL_KIND_")
	}
	asJSON, err := json.Marshal(fields)
	if err != nil {
		return nil, nil, mistake(err)
	}
	c := new(intakev1.Connection)
	if err := protojson.Unmarshal(asJSON, c); err != nil {
		return nil, nil, mistake(err)
	}
	c.Party = resource.Party(desk, c.GetParty())
	var paths []string
	for i := range c.ProtoReflect().Descriptor().Fields().Len() {
		field := c.ProtoReflect().Descriptor().Fields().Get(i)
		_, byName := fields[string(field.Name())]
		_, byJSON := fields[field.JSONName()]
		if byName || byJSON {
			paths = append(paths, string(field.Name()))
		}
	}
	return c, paths, nil
}

func (s *session) connection(typed string) string {
	return s.desk() + "/connections/" + resource.ID(typed)
}

func (s *session) showConnection(c *intakev1.Connection, what string) error {
	if s.JSON {
		return s.Message(c)
	}
	s.Printf("✓ %s %s\n", resource.ID(c.GetName()), what)
	return nil
}

// ConnectionCreate connects a tool.
type ConnectionCreate struct {
	ID string `arg:"" help:"What the connection is called: netic-jira."`
	connectionFile
	Request
}

// Run makes it and says where the tool sends to.
func (c *ConnectionCreate) Run(ctx context.Context, s *session) error {
	connection, _, err := c.read(s.Desk)
	if err != nil {
		return err
	}
	services, err := s.connect()
	if err != nil {
		return err
	}
	made, err := services.Connections.CreateConnection(ctx, &intakev1.CreateConnectionRequest{
		Parent: s.desk(), ConnectionId: c.ID, Connection: connection, RequestId: c.id(),
	})
	if err != nil {
		return err
	}
	return s.showConnection(made, "is connected: its webhooks go to /webhooks/"+resource.ID(s.desk())+"/"+c.ID+
		"; `bavn connection secret "+c.ID+"` makes what it signs with")
}

// ConnectionUpdate changes a connection.
type ConnectionUpdate struct {
	ID string `arg:"" help:"The connection."`
	connectionFile
	Request
}

// Run changes the fields of the file.
func (c *ConnectionUpdate) Run(ctx context.Context, s *session) error {
	connection, paths, err := c.read(s.Desk)
	if err != nil {
		return err
	}
	connection.Name = s.connection(c.ID)
	return s.updateConnection(ctx, connection, c.id(), "is changed", paths...)
}

func (s *session) updateConnection(ctx context.Context, c *intakev1.Connection, id, what string, paths ...string) error {
	services, err := s.connect()
	if err != nil {
		return err
	}
	changed, err := services.Connections.UpdateConnection(ctx, &intakev1.UpdateConnectionRequest{
		Connection: c, UpdateMask: &fieldmaskpb.FieldMask{Paths: paths}, RequestId: id,
	})
	if err != nil {
		return err
	}
	return s.showConnection(changed, what)
}

// ConnectionSecret makes a new secret.
type ConnectionSecret struct {
	ID string `arg:"" help:"The connection."`
	Request
}

// Run prints the secret alone on standard output.
func (c *ConnectionSecret) Run(ctx context.Context, s *session) error {
	services, err := s.connect()
	if err != nil {
		return err
	}
	made, err := services.Connections.RotateConnectionSecret(ctx, &intakev1.RotateConnectionSecretRequest{
		Name: s.connection(c.ID), RequestId: c.id(),
	})
	if err != nil {
		return err
	}
	if s.JSON {
		return s.Message(made)
	}
	s.Printf("%s\n", made.GetSecret())
	return nil
}

// ConnectionDisable puts a tool at rest.
type ConnectionDisable struct {
	ID string `arg:"" help:"The connection."`
	Request
}

// Run disables it.
func (c *ConnectionDisable) Run(ctx context.Context, s *session) error {
	rests := &intakev1.Connection{Name: s.connection(c.ID), Disabled: true}
	return s.updateConnection(ctx, rests, c.id(), "is at rest", "disabled")
}

// ConnectionEnable wakes a tool up.
type ConnectionEnable struct {
	ID string `arg:"" help:"The connection."`
	Request
}

// Run enables it.
func (c *ConnectionEnable) Run(ctx context.Context, s *session) error {
	return s.updateConnection(ctx, &intakev1.Connection{Name: s.connection(c.ID)}, c.id(), "is awake", "disabled")
}

// ConnectionShow shows a connection.
type ConnectionShow struct {
	ID string `arg:"" help:"The connection."`
}

// Run prints it whole.
func (c *ConnectionShow) Run(ctx context.Context, s *session) error {
	services, err := s.connect()
	if err != nil {
		return err
	}
	shown, err := services.Connections.GetConnection(ctx, &intakev1.GetConnectionRequest{Name: s.connection(c.ID)})
	if err != nil {
		return err
	}
	if s.JSON {
		return s.Message(shown)
	}
	s.Printf("%s\n", protojson.MarshalOptions{Multiline: true}.Format(shown))
	return nil
}

// ConnectionList lists the connections.
type ConnectionList struct {
	Limit int `short:"n" default:"50" help:"At most this many; 0 lists all (${default})."`
}

// Run prints a table.
func (c *ConnectionList) Run(ctx context.Context, s *session) error {
	services, err := s.connect()
	if err != nil {
		return err
	}
	list, err := pages(c.Limit, func(size int32, token string) ([]*intakev1.Connection, string, error) {
		page, err := services.Connections.ListConnections(ctx, &intakev1.ListConnectionsRequest{
			Parent: s.desk(), PageSize: size, PageToken: token,
		})
		return page.GetConnections(), page.GetNextPageToken(), err
	})
	if err != nil {
		return err
	}
	if s.JSON {
		return s.Message(&intakev1.ListConnectionsResponse{Connections: list})
	}
	table := s.Table("CONNECTION", "KIND", "PARTY", "SYSTEM", "SECRET OF", "STATE")
	for _, one := range list {
		state, secret := "awake", "none"
		if one.GetDisabled() {
			state = "at rest"
		}
		if one.GetSecretTime() != nil {
			secret = s.Time(one.GetSecretTime().AsTime())
		}
		table.Row(resource.ID(one.GetName()), word(one.GetKind().String(), "TOOL_KIND_"), resource.ID(one.GetParty()), one.GetSystem(),
			secret, state)
	}
	return table.Print(s.Out)
}
