package suite

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/bavn/bavn/platform/devissuer"
)

// Addresses say where a suite is and who may sign in there. They lie in its folder, so that a client needs to know only that.
type Addresses struct {
	Gateway   string `json:"gateway"` // URLs
	Issuer    string `json:"issuer"`
	Mailbox   string `json:"mailbox"`
	Traces    string `json:"traces"`
	Intake    string `json:"intake"` // host:port, gRPC over TLS
	Triage    string `json:"triage"`
	Notify    string `json:"notify"`
	Reporting string `json:"reporting"`
	OTLP      string `json:"otlp"`    // host:port, gRPC
	SMTP      string `json:"smtp"`    // host:port of what takes mails to people
	MailIn    string `json:"mail_in"` // host:port of what takes mails to desks

	// Metrics are the pages that Prometheus reads, of the gateway and of each service.
	Metrics []string `json:"metrics"`

	Persons []devissuer.Person `json:"persons"`
}

// Addresses are where a suite with these ports is.
func (p *Ports) addresses() Addresses {
	var metrics []string
	for _, port := range []int{p.GatewayAdmin, p.IntakeAdmin, p.TriageAdmin, p.NotifyAdmin, p.ReportingAdmin} {
		metrics = append(metrics, "http://"+address(port)+"/metrics")
	}
	return Addresses{
		Metrics: metrics,
		Gateway: "http://" + address(p.Gateway), Issuer: "http://" + address(p.Issuer),
		Mailbox: "http://" + address(p.Mailbox), Traces: "http://" + address(p.Traces),
		Intake: address(p.Intake), Triage: address(p.Triage), Notify: address(p.Notify), Reporting: address(p.Reporting),
		OTLP: address(p.OTLP), SMTP: address(p.SMTP), MailIn: address(p.MailIn),
	}
}

// Folder is where a suite keeps what must survive a restart.
type Folder string

// Path is a place in the folder.
func (f Folder) Path(elements ...string) string {
	return filepath.Join(append([]string{string(f)}, elements...)...)
}

// CA is the certificate that the services' own are signed by.
func (f Folder) CA() string { return f.Path("ca", "ca.crt") }

// Addresses reads where the suite of this folder is, or was last. os.ErrNotExist: there never was one.
func (f Folder) Addresses() (Addresses, error) {
	var a Addresses
	content, err := os.ReadFile(f.Path("addresses.json"))
	if err == nil {
		err = json.Unmarshal(content, &a)
	}
	if err != nil {
		return Addresses{}, fmt.Errorf("read where the suite is: %w", err)
	}
	return a, nil
}

func (f Folder) writeAddresses(a Addresses) error {
	content, err := json.MarshalIndent(a, "", "  ")
	if err == nil {
		err = os.WriteFile(f.Path("addresses.json"), append(content, '\n'), 0o600)
	}
	if err != nil {
		return fmt.Errorf("write where the suite is: %w", err)
	}
	return nil
}
