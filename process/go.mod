module github.com/bavn/bavn/process

go 1.26.0
