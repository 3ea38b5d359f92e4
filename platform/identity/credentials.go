package identity

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"

	"google.golang.org/grpc/credentials"
)

// Credentials is a service's own certificate and the roots it trusts, at their newest.
type Credentials struct {
	current func() *material
}

// material is one consistent set: a certificate with its key, and the roots that came with it.
type material struct {
	cert    tls.Certificate
	roots   *x509.CertPool
	service string
}

func parse(rootsPEM, certPEM, keyPEM []byte) (*material, error) {
	cert, err := tls.X509KeyPair(certPEM, keyPEM)
	if err != nil {
		return nil, fmt.Errorf("certificate and key: %w", err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(rootsPEM) {
		return nil, errors.New("no CA certificate found")
	}
	service, err := serviceOf(cert.Leaf)
	if err != nil {
		return nil, err
	}
	return &material{cert: cert, roots: roots, service: service}, nil
}

// Service is the name in the service's own certificate.
func (c *Credentials) Service() string { return c.current().service }

// ServerTLS is the set-up of a server: TLS 1.3, and a client certificate is verified if one is given. Whether a call
// needs one is for auth to say, because a person's call has a token and no certificate.
func (c *Credentials) ServerTLS() *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS13,
		NextProtos: []string{"h2", "http/1.1"},
		GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) {
			m := c.current()
			return &tls.Config{
				MinVersion:   tls.VersionTLS13,
				NextProtos:   []string{"h2", "http/1.1"},
				Certificates: []tls.Certificate{m.cert},
				ClientAuth:   tls.VerifyClientCertIfGiven,
				ClientCAs:    m.roots,
				// A resumed session would keep a client alive whose CA is no longer trusted.
				SessionTicketsDisabled: true,
			}, nil
		},
	}
}

// Client is the set-up for calling the given service over gRPC: TLS 1.3, own certificate shown, and the server must have
// a certificate of our roots for its host name that says it is that service.
func (c *Credentials) Client(service string) credentials.TransportCredentials {
	return &client{TransportCredentials: credentials.NewTLS(c.clientTLS(service)), own: c, service: service}
}

// client makes its tls.Config anew for every handshake: the roots may have changed, and tls.Config cannot say so.
type client struct {
	credentials.TransportCredentials // what does not depend on the roots
	own                              *Credentials
	service                          string
}

func (c *client) ClientHandshake(
	ctx context.Context, authority string, conn net.Conn,
) (net.Conn, credentials.AuthInfo, error) {
	return credentials.NewTLS(c.own.clientTLS(c.service)).ClientHandshake(ctx, authority, conn)
}

func (c *client) Clone() credentials.TransportCredentials { return c.own.Client(c.service) }

func (c *Credentials) clientTLS(service string) *tls.Config {
	m := c.current()
	return &tls.Config{
		MinVersion:   tls.VersionTLS13,
		Certificates: []tls.Certificate{m.cert},
		RootCAs:      m.roots,
		VerifyConnection: func(state tls.ConnectionState) error { // runs after the standard check of chain and host
			got, err := serviceOf(state.PeerCertificates[0])
			if err != nil {
				return err
			}
			if got != service {
				return fmt.Errorf("the server is %q, not %q", got, service)
			}
			return nil
		},
	}
}
