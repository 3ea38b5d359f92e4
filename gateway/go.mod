module github.com/bavn/bavn/gateway

go 1.26.0
