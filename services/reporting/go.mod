module github.com/bavn/bavn/services/reporting

go 1.26.0
