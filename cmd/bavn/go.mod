module github.com/bavn/bavn/cmd/bavn

go 1.26.0
