// Package resourcename reads the names of resources, which are paths: desks/{desk}/{collection}/{id}.
package resourcename

import "strings"

// Desk is the id of the desk that a name belongs to.
func Desk(name string) string {
	desk, _, _ := strings.Cut(strings.TrimPrefix(name, "desks/"), "/")
	return desk
}

// ID is the last part of a name, and of an audience key: what the thing is called within its collection. Empty stays empty.
func ID(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }
