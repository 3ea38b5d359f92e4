module github.com/bavn/bavn/services/intake

go 1.26.0
