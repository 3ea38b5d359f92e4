package rpc

import (
	"buf.build/go/protovalidate"
	"google.golang.org/protobuf/reflect/protoregistry"
)

// validator checks messages for every server of the process: it is safe for that, and learns each type of message once.
var validator, errValidator = newValidator()

// newValidator makes a validator that learns of a type of message when it first meets one. protovalidate.New would describe every
// linked type to CEL, which no rule asks for: 2.5 MB that live as long as the process. It reads them from a global that no option
// replaces, and that may only be changed here, while packages are initialised one after the other.
func newValidator() (protovalidate.Validator, error) {
	all := protoregistry.GlobalFiles
	protoregistry.GlobalFiles = &protoregistry.Files{}
	defer func() { protoregistry.GlobalFiles = all }()
	return protovalidate.New()
}
