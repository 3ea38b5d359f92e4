// Package identity says who a service is: a certificate whose URI SAN is spiffe://bavn/<service>, checked by mutual
// TLS 1.3 in both directions. In development the certificates come from a CA in a folder that the processes share; in
// production from files that cert-manager renews.
package identity

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/peer"
)

// trustDomain is the host of every service's URI.
const trustDomain = "bavn"

var serviceName = regexp.MustCompile(`^[a-z]([a-z0-9-]{0,30}[a-z0-9])?$`)

// PeerService returns the name of the service that made the call, and false for a caller without a certificate. Only a
// certificate that the TLS handshake has verified counts.
func PeerService(ctx context.Context) (string, bool) {
	p, ok := peer.FromContext(ctx)
	if !ok {
		return "", false
	}
	info, ok := p.AuthInfo.(credentials.TLSInfo)
	if !ok || len(info.State.VerifiedChains) == 0 || len(info.State.VerifiedChains[0]) == 0 {
		return "", false
	}
	service, err := serviceOf(info.State.VerifiedChains[0][0])
	return service, err == nil
}

// serviceOf reads the service from a certificate. Several URIs would leave it open which of them was meant.
func serviceOf(leaf *x509.Certificate) (string, error) {
	if len(leaf.URIs) != 1 {
		return "", fmt.Errorf("certificate has %d URI names, want one spiffe://%s/<service>", len(leaf.URIs), trustDomain)
	}
	uri := leaf.URIs[0]
	service := strings.TrimPrefix(uri.Path, "/")
	if uri.String() != uriOf(service).String() || !serviceName.MatchString(service) {
		return "", fmt.Errorf("certificate name %q is not spiffe://%s/<service>", uri, trustDomain)
	}
	return service, nil
}

func uriOf(service string) *url.URL {
	return &url.URL{Scheme: "spiffe", Host: trustDomain, Path: "/" + service}
}

func checkName(service string) error {
	if !serviceName.MatchString(service) {
		return errors.New("service name " + service + " is not a lower-case DNS label of at most 32 characters")
	}
	return nil
}
