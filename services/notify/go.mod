module github.com/bavn/bavn/services/notify

go 1.26.0
