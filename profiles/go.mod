module github.com/bavn/bavn/profiles

go 1.26.0
