package blobstore

import (
	"errors"
	"net/url"
	"strings"

	"github.com/bavn/bavn/platform/config"
)

// Config is nested in the configuration of a service that keeps blobs, under the key blobs.
type Config struct {
	URL string `koanf:"url" usage:"where blobs lie: file:///folder, or s3://bucket?region=R with AWS_… credentials; mem:// in tests"`
}

// DefaultConfig is a folder of one machine. Replicas on several need a bucket that all of them reach.
func DefaultConfig() Config { return Config{URL: "file:///var/lib/bavn/blobs"} }

// Validate returns the settings that cannot work.
func (c Config) Validate() error {
	if _, err := c.parse(); err != nil {
		return config.Invalid("url", "%v", err)
	}
	return nil
}

func (c Config) parse() (*url.URL, error) {
	parsed, err := url.Parse(c.URL)
	if err != nil {
		return nil, errors.New("is no URL") // without its text, which may hold a secret
	}
	switch parsed.Scheme {
	case "file":
		if parsed.Host != "" || !strings.HasPrefix(parsed.Path, "/") {
			return nil, errors.New("must be file:/// and an absolute folder")
		}
	case "s3":
		if parsed.Host == "" {
			return nil, errors.New("must name a bucket, as in s3://bucket?region=eu-north-1")
		}
	case "mem":
	default:
		return nil, errors.New("must begin with file://, s3:// or mem://")
	}
	return parsed, nil
}
