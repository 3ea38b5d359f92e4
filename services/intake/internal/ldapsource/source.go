// Package ldapsource reads persons from an organisation's directory.
package ldapsource

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"iter"
	"net"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/go-ldap/ldap/v3"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	"github.com/bavn/bavn/platform/config"
)

// Config says where the directory is and what of it is imported. It is nested in intake's configuration under the key ldap.
type Config struct {
	URL          string        `koanf:"url" usage:"directory of persons, ldaps://host or ldap://host; empty imports none"`
	StartTLS     bool          `koanf:"start_tls" usage:"encrypt an ldap:// connection, as a password to another machine needs"`
	CA           string        `koanf:"ca" usage:"PEM file with the CA of the directory; the system's if empty"`
	BindDN       string        `koanf:"bind_dn" usage:"who asks; empty asks anonymously"`
	BindPassword string        `koanf:"bind_password" usage:"password of who asks" secret:"true"`
	BaseDN       string        `koanf:"base_dn" usage:"below which the persons are"`
	Filter       string        `koanf:"filter" usage:"which entries are persons (RFC 4515)"`
	Attributes   []string      `koanf:"attributes" usage:"field=attribute of each field that the directory says something about"`
	Desk         string        `koanf:"desk" usage:"desk whose persons they are, such as au"`
	Source       string        `koanf:"source" usage:"name of the directory among the sources of persons"`
	PhoneRegion  string        `koanf:"phone_region" usage:"where phone numbers without a country code are from: DK, SE"`
	CloseAbsent  bool          `koanf:"close_absent" usage:"close persons whom the directory does not have any more"`
	Every        time.Duration `koanf:"every" usage:"time between two imports"`
}

// DefaultConfig is that of an inetOrgPerson directory (RFC 2798) that is not there.
func DefaultConfig() Config {
	return Config{
		StartTLS: true, Filter: "(objectClass=inetOrgPerson)", Source: "ldap", PhoneRegion: "DK", CloseAbsent: true, Every: time.Hour,
		Attributes: []string{
			"person_id=uid", "display_name=cn", "email=mail", "phone=telephoneNumber", "language_code=preferredLanguage",
			"office=physicalDeliveryOfficeName", "username=uid", "department=departmentNumber", "organisation_id=employeeNumber",
		},
	}
}

var (
	deskID   = regexp.MustCompile(`^[a-z][a-z0-9-]{1,30}$`)
	sourceID = regexp.MustCompile(`^[a-z][a-z0-9-]{0,31}$`)
	region   = regexp.MustCompile(`^([A-Z]{2})?$`)
)

// Validate returns the settings that cannot work.
func (c Config) Validate() error {
	if c.URL == "" {
		return nil
	}
	var errs []error
	at, err := url.Parse(c.URL)
	if err != nil || at.Host == "" || at.Scheme != "ldap" && at.Scheme != "ldaps" {
		errs = append(errs, config.Invalid("url", "must be ldaps://host[:port] or ldap://host[:port]"))
	} else if at.Scheme == "ldap" && !c.StartTLS && c.BindPassword != "" && !loopback(at.Hostname()) {
		errs = append(errs, config.Invalid("start_tls", "must be true where a password goes to another machine"))
	}
	if !deskID.MatchString(c.Desk) {
		errs = append(errs, config.Invalid("desk", "must be the id of a desk, is %q", c.Desk))
	}
	if !sourceID.MatchString(c.Source) {
		errs = append(errs, config.Invalid("source", "must be small letters, digits and hyphens, is %q", c.Source))
	}
	if !region.MatchString(c.PhoneRegion) {
		errs = append(errs, config.Invalid("phone_region", "must be a country such as DK, is %q", c.PhoneRegion))
	}
	if _, err := ldap.CompileFilter(c.Filter); err != nil {
		errs = append(errs, config.Invalid("filter", "%v", err))
	}
	if c.Every < time.Minute {
		errs = append(errs, config.Invalid("every", "must be at least 1m, is %v", c.Every))
	}
	if _, err := c.attributes(); err != nil {
		errs = append(errs, config.Invalid("attributes", "%v", err))
	}
	return errors.Join(errs...)
}

func loopback(host string) bool { return host == "localhost" || net.ParseIP(host).IsLoopback() }

// setters put a value where it belongs.
var setters = map[string]func(p *intakev1.ImportedPerson, value string){
	"person_id":       func(p *intakev1.ImportedPerson, value string) { p.PersonId = value },
	"display_name":    func(p *intakev1.ImportedPerson, value string) { p.DisplayName = value },
	"email":           func(p *intakev1.ImportedPerson, value string) { p.Email = value },
	"phone":           func(p *intakev1.ImportedPerson, value string) { p.Phone = value },
	"language_code":   func(p *intakev1.ImportedPerson, value string) { p.LanguageCode = value },
	"office":          func(p *intakev1.ImportedPerson, value string) { p.Office = value },
	"username":        func(p *intakev1.ImportedPerson, value string) { p.Username = value },
	"department":      func(p *intakev1.ImportedPerson, value string) { p.Department = value },
	"organisation_id": func(p *intakev1.ImportedPerson, value string) { p.OrganisationId = value },
}

// attributes are the directory's, by the field that each fills.
func (c Config) attributes() (map[string]string, error) {
	byField := map[string]string{}
	for _, pair := range c.Attributes {
		field, attribute, _ := strings.Cut(strings.TrimSpace(pair), "=")
		if setters[field] == nil || attribute == "" || byField[field] != "" {
			return nil, fmt.Errorf("%q is not field=attribute, or its field is there twice", pair)
		}
		byField[field] = attribute
	}
	if byField["person_id"] == "" {
		return nil, errors.New("person_id has no attribute")
	}
	return byField, nil
}

const (
	dialTimeout = 10 * time.Second
	// pageSize is how many entries are asked for at once (RFC 2696): many servers give no more than 1,000.
	pageSize = 500
)

// Persons reads them, a page at a time. They are numbered in the order of the directory, from 1.
func (c Config) Persons(ctx context.Context) iter.Seq2[*intakev1.ImportedPerson, error] {
	return func(yield func(*intakev1.ImportedPerson, error) bool) {
		if err := c.read(ctx, yield); err != nil {
			yield(nil, fmt.Errorf("read the directory: %w", err))
		}
	}
}

func (c Config) read(ctx context.Context, yield func(*intakev1.ImportedPerson, error) bool) error {
	byField, err := c.attributes()
	if err != nil {
		return err
	}
	conn, err := c.connect()
	if err != nil {
		return err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	var fields, attributes []string
	for field, attribute := range byField {
		attributes = append(attributes, attribute)
		if field != "person_id" {
			fields = append(fields, field)
		}
	}
	slices.Sort(fields)
	paging := ldap.NewControlPaging(pageSize)
	for line := int32(0); ; {
		found, err := conn.Search(ldap.NewSearchRequest(c.BaseDN, ldap.ScopeWholeSubtree, ldap.NeverDerefAliases, 0, 0, false,
			c.Filter, attributes, []ldap.Control{paging}))
		if err != nil {
			return errors.Join(err, context.Cause(ctx))
		}
		for _, entry := range found.Entries {
			line++
			person := &intakev1.ImportedPerson{Line: line, Fields: fields}
			for field, attribute := range byField {
				setters[field](person, entry.GetEqualFoldAttributeValue(attribute))
			}
			if !yield(person, nil) {
				return nil
			}
		}
		more, ok := ldap.FindControl(found.Controls, ldap.ControlTypePaging).(*ldap.ControlPaging)
		if !ok || len(more.Cookie) == 0 {
			return nil
		}
		paging.SetCookie(more.Cookie)
	}
}

func (c Config) connect() (*ldap.Conn, error) {
	at, err := url.Parse(c.URL)
	if err != nil {
		return nil, err
	}
	settings := &tls.Config{ServerName: at.Hostname(), MinVersion: tls.VersionTLS12}
	if c.CA != "" {
		pem, err := os.ReadFile(c.CA)
		if err != nil {
			return nil, err
		}
		settings.RootCAs = x509.NewCertPool()
		if !settings.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("%s holds no certificate", c.CA)
		}
	}
	conn, err := ldap.DialURL(c.URL, ldap.DialWithDialer(&net.Dialer{Timeout: dialTimeout}), ldap.DialWithTLSConfig(settings))
	if err != nil {
		return nil, err
	}
	conn.SetTimeout(time.Minute)
	if at.Scheme == "ldap" && c.StartTLS {
		err = conn.StartTLS(settings)
	}
	if err == nil && c.BindDN != "" {
		err = conn.Bind(c.BindDN, c.BindPassword)
	}
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return conn, nil
}
