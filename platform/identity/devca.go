package identity

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"time"
)

const (
	caLifetime   = 10 * 365 * 24 * time.Hour
	leafLifetime = 365 * 24 * time.Hour
	// backdate lets a certificate be valid at once on a machine whose clock is a little behind.
	backdate = time.Hour
)

// DevCA is the certificate authority of one development folder. Whoever reads the folder can be any service, so it is
// never used in production.
type DevCA struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// OpenDevCA reads the CA in dir, or makes it: ca.pem (certificate and key, mode 0600) and ca.crt (the certificate alone,
// for curl and browsers). Processes that start at the same time end up with the same CA.
func OpenDevCA(dir string, now time.Time) (*DevCA, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of the development CA: %w", err)
	}
	path := filepath.Join(dir, "ca.pem")
	ca, err := readCA(path, now)
	if errors.Is(err, fs.ErrNotExist) {
		if err := createCA(dir, path, now); err != nil {
			return nil, fmt.Errorf("make the development CA: %w", err)
		}
		ca, err = readCA(path, now)
	}
	if err != nil {
		return nil, fmt.Errorf("read the development CA (delete %s to make a new one): %w", dir, err)
	}
	public := encodeCert(ca.cert.Raw)
	if err := writeAtomically(dir, "ca.crt", public, os.Rename); err != nil {
		return nil, fmt.Errorf("write the certificate of the development CA: %w", err)
	}
	return ca, nil
}

func createCA(dir, path string, now time.Time) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return fmt.Errorf("generate key: %w", err)
	}
	serial, err := newSerial()
	if err != nil {
		return err
	}
	template := &x509.Certificate{
		SerialNumber:          serial,
		Subject:               pkix.Name{Organization: []string{"Bavn development"}, CommonName: "Bavn development CA"},
		NotBefore:             now.Add(-backdate),
		NotAfter:              now.Add(caLifetime),
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		BasicConstraintsValid: true,
		IsCA:                  true,
		MaxPathLenZero:        true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return fmt.Errorf("sign: %w", err)
	}
	keyPEM, err := encodeKey(key)
	if err != nil {
		return err
	}
	both := append(encodeCert(der), keyPEM...)
	// A link fails if the name is taken: of several processes that start at once, one makes the CA and the others read it.
	err = writeAtomically(dir, filepath.Base(path), both, os.Link)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	return err
}

func readCA(path string, now time.Time) (*DevCA, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	pair, err := tls.X509KeyPair(raw, raw)
	if err != nil {
		return nil, err
	}
	key, ok := pair.PrivateKey.(*ecdsa.PrivateKey)
	if !ok || !pair.Leaf.IsCA {
		return nil, errors.New("ca.pem holds no ECDSA certificate authority")
	}
	if now.After(pair.Leaf.NotAfter) {
		return nil, fmt.Errorf("the CA expired on %s", pair.Leaf.NotAfter.Format(time.DateOnly))
	}
	return &DevCA{cert: pair.Leaf, key: key}, nil
}

// Issue makes a certificate for a service of this machine: spiffe://bavn/<service>, localhost, 127.0.0.1, ::1 and the
// given further DNS names. It returns certificate and key as PEM.
func (ca *DevCA) Issue(service string, now time.Time, names ...string) (certPEM, keyPEM []byte, err error) {
	if err := checkName(service); err != nil {
		return nil, nil, err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, fmt.Errorf("generate key: %w", err)
	}
	serial, err := newSerial()
	if err != nil {
		return nil, nil, err
	}
	template := &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{Organization: []string{"Bavn development"}, CommonName: service},
		NotBefore:    now.Add(-backdate),
		NotAfter:     now.Add(leafLifetime),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		DNSNames:     append([]string{"localhost"}, names...),
		IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
		URIs:         []*url.URL{uriOf(service)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, ca.cert, key.Public(), ca.key)
	if err != nil {
		return nil, nil, fmt.Errorf("sign: %w", err)
	}
	if keyPEM, err = encodeKey(key); err != nil {
		return nil, nil, err
	}
	return encodeCert(der), keyPEM, nil
}

// Credentials issues a certificate that only this process holds and returns the TLS set-up of the service.
func (ca *DevCA) Credentials(service string, now time.Time, names ...string) (*Credentials, error) {
	certPEM, keyPEM, err := ca.Issue(service, now, names...)
	if err != nil {
		return nil, fmt.Errorf("issue a development certificate for %s: %w", service, err)
	}
	roots := encodeCert(ca.cert.Raw)
	m, err := parse(roots, certPEM, keyPEM)
	if err != nil {
		return nil, fmt.Errorf("use the development certificate of %s: %w", service, err)
	}
	return &Credentials{current: func() *material { return m }}, nil
}

// Roots is a pool with the CA's certificate, for clients that are no service.
func (ca *DevCA) Roots() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(ca.cert)
	return pool
}

func newSerial() (*big.Int, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, fmt.Errorf("draw a serial number: %w", err)
	}
	return serial, nil
}

func encodeCert(der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

func encodeKey(key *ecdsa.PrivateKey) ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("encode key: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}

// writeAtomically writes a file of mode 0600 beside its place and moves it there with place (os.Rename replaces, os.Link
// refuses if it exists), so that no reader ever sees half of it.
func writeAtomically(dir, name string, content []byte, place func(from, to string) error) error {
	tmp, err := os.CreateTemp(dir, "."+name+"-*") // CreateTemp makes it 0600
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name()) // after a rename there is nothing left to remove
	if _, err := tmp.Write(content); err != nil {
		return errors.Join(err, tmp.Close())
	}
	if err := tmp.Close(); err != nil {
		return err
	}
	return place(tmp.Name(), filepath.Join(dir, name))
}
