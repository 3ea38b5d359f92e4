module github.com/bavn/bavn/test

go 1.26.0
