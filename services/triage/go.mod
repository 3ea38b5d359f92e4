module github.com/bavn/bavn/services/triage

go 1.26.0
