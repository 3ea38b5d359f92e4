// Package openapi holds the OpenAPI 3 description of the REST contract, generated from the protos in this repository.
package openapi

import _ "embed"

// Document is the OpenAPI 3.0 description in YAML, as the gateway serves it at /openapi.yaml. It is not to be changed.
//
//go:embed openapi.yaml
var Document []byte
