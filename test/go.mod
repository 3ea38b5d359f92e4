module github.com/bavn/bavn/test

go 1.26.0

replace github.com/bavn/bavn/cmd/bavn => ../cmd/bavn

replace github.com/bavn/bavn/gateway => ../gateway

replace github.com/bavn/bavn/gen/go => ../gen/go

replace github.com/bavn/bavn/platform => ../platform

replace github.com/bavn/bavn/process => ../process

replace github.com/bavn/bavn/services/intake => ../services/intake

replace github.com/bavn/bavn/services/notify => ../services/notify

replace github.com/bavn/bavn/services/reporting => ../services/reporting

replace github.com/bavn/bavn/services/triage => ../services/triage

require (
	buf.build/gen/go/bufbuild/protovalidate/protocolbuffers/go v1.36.12-20260825204119-511051f7f437.1
	github.com/bavn/bavn/cmd/bavn v0.0.0
	github.com/bavn/bavn/gen/go v0.0.0
	github.com/bavn/bavn/platform v0.0.0
	github.com/bufbuild/protocompile v0.14.1
	github.com/go-jose/go-jose/v4 v4.1.8
	github.com/google/go-cmp v0.7.0
	github.com/google/uuid v1.6.0
	github.com/grpc-ecosystem/grpc-gateway/v2 v2.32.0
	github.com/jackc/pgx/v5 v5.12.0
	go.opentelemetry.io/proto/otlp v1.11.0
	go.yaml.in/yaml/v3 v3.0.5
	golang.org/x/sync v0.24.0
	google.golang.org/genproto/googleapis/api v0.0.0-20261019180522-ce908d29299b
	google.golang.org/genproto/googleapis/rpc v0.0.0-20261012220534-4341edf3f941
	google.golang.org/grpc v1.85.0
	google.golang.org/protobuf v1.36.12
)

require (
	github.com/bavn/bavn/gateway v0.0.0 // indirect
	github.com/bavn/bavn/process v0.0.0 // indirect
	github.com/bavn/bavn/services/intake v0.0.0 // indirect
	github.com/bavn/bavn/services/notify v0.0.0 // indirect
	github.com/bavn/bavn/services/reporting v0.0.0 // indirect
	github.com/bavn/bavn/services/triage v0.0.0 // indirect
	github.com/prometheus/client_model v0.6.3
	github.com/prometheus/common v0.72.0
)
