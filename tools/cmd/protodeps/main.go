// Command protodeps writes the third-party proto files that our contract imports into a folder.
//
// The schema registry is not reachable from where Bavn is built and no package ships the sources, but their descriptors
// are linked into the Go packages that this module pins. Printing those gives everyone the same files, offline, at
// exactly the version of the Go code they end up with.
//
// Usage: protodeps FOLDER
package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	_ "buf.build/gen/go/bufbuild/protovalidate/protocolbuffers/go/buf/validate" // links buf/validate/validate.proto
	"github.com/jhump/protoreflect/v2/protoprint"
	_ "google.golang.org/genproto/googleapis/api/annotations" // links google/api/*.proto
	_ "google.golang.org/genproto/googleapis/rpc/code"        // links google/rpc/code.proto
	_ "google.golang.org/genproto/googleapis/rpc/errdetails"  // links google/rpc/error_details.proto
	_ "google.golang.org/genproto/googleapis/rpc/status"      // links google/rpc/status.proto
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
)

// contractImports are the files that protos in proto/ may import. What these import in turn is written too, except
// google/protobuf/*, which every compiler brings itself.
var contractImports = []string{
	"buf/validate/validate.proto",
	"google/api/annotations.proto",
	"google/api/client.proto",
	"google/api/field_behavior.proto",
	"google/api/field_info.proto",
	"google/api/http.proto",
	"google/api/resource.proto",
	"google/rpc/code.proto",
	"google/rpc/error_details.proto",
	"google/rpc/status.proto",
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: protodeps FOLDER")
		os.Exit(2)
	}
	if err := writeAll(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "protodeps:", err)
		os.Exit(1)
	}
}

// writeAll replaces folder, so that a file dropped from the list does not linger in someone's working tree.
func writeAll(folder string) error {
	if err := os.RemoveAll(folder); err != nil {
		return fmt.Errorf("empty %s: %w", folder, err)
	}
	written := map[string]bool{}
	for _, path := range contractImports {
		file, err := protoregistry.GlobalFiles.FindFileByPath(path)
		if err != nil {
			return fmt.Errorf("find linked descriptor: %w", err)
		}
		if err := writeWithImports(folder, file, written); err != nil {
			return err
		}
	}
	return nil
}

func writeWithImports(folder string, file protoreflect.FileDescriptor, written map[string]bool) error {
	if written[file.Path()] || file.Package() == "google.protobuf" {
		return nil
	}
	written[file.Path()] = true
	if err := writeFile(folder, file); err != nil {
		return fmt.Errorf("write %s: %w", file.Path(), err)
	}
	imports := file.Imports()
	for i := range imports.Len() {
		if err := writeWithImports(folder, imports.Get(i).FileDescriptor, written); err != nil {
			return err
		}
	}
	return nil
}

func writeFile(folder string, file protoreflect.FileDescriptor) error {
	target := filepath.Join(folder, filepath.FromSlash(file.Path()))
	if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
		return err
	}
	out, err := os.Create(target)
	if err != nil {
		return err
	}
	printer := protoprint.Printer{}
	if err := printer.PrintProtoFile(file, out); err != nil {
		return errors.Join(err, out.Close())
	}
	return out.Close()
}
