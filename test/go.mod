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
	github.com/bavn/bavn/gen/go v0.0.0
	github.com/bavn/bavn/platform v0.0.0
	github.com/bufbuild/protocompile v0.14.1
	google.golang.org/genproto/googleapis/api v0.0.0-20261019180522-ce908d29299b
	google.golang.org/grpc v1.85.0
	google.golang.org/protobuf v1.36.12
)
