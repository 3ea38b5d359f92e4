package blobstore

import (
	"fmt"
	"regexp"
)

// Key is the name of a blob. It begins with the desk, like every primary key, so nothing of one desk can be found under
// another's.
type Key struct {
	Desk string
	Kind string // what it is: "attachments", "originals"
	ID   string // of letters, digits and hyphens, made by us: never a name that somebody sent
}

var legal = regexp.MustCompile(`^[a-z][a-z0-9-]{1,30}/[a-z][a-z-]{0,30}/[0-9A-Za-z][0-9A-Za-z-]{0,63}$`)

// path is the key as the bucket knows it. A key that could leave its desk's part of the store has none.
func (k Key) path() (string, error) {
	path := k.Desk + "/" + k.Kind + "/" + k.ID
	if !legal.MatchString(path) {
		return "", fmt.Errorf("blob key %q is not legal", path)
	}
	return path, nil
}
