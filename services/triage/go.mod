module github.com/bavn/bavn/services/triage

go 1.26.0

require (
	github.com/bavn/bavn/gen/go v0.0.0
	github.com/bavn/bavn/platform v0.0.0
	github.com/bavn/bavn/process v0.0.0
)

replace (
	github.com/bavn/bavn/gen/go => ../../gen/go
	github.com/bavn/bavn/platform => ../../platform
	github.com/bavn/bavn/process => ../../process
)
