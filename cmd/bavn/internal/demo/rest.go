package demo

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"

	rpcstatus "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

// REST calls the gateway the way a script does: JSON and a bearer token.
type REST struct {
	Gateway string // URL
	HTTP    *http.Client
	Token   func(person string) (string, error)
}

const maxAnswerBytes = 4 << 20

// call sends a request of the contract as a person, nil without a body, and reads the answer. A refusal is the status that
// the service gave.
func (r REST) call(ctx context.Context, person, method, path string, body, answer proto.Message) error {
	var sent io.Reader
	if body != nil {
		content, err := protojson.Marshal(body)
		if err != nil {
			return err
		}
		sent = bytes.NewReader(content)
	}
	request, err := http.NewRequestWithContext(ctx, method, r.Gateway+path, sent)
	if err != nil {
		return err
	}
	token, err := r.Token(person)
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+token)
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := r.HTTP.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close() // it was only read
	content, err := io.ReadAll(io.LimitReader(response.Body, maxAnswerBytes))
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		refusal := &rpcstatus.Status{}
		if err := protojson.Unmarshal(content, refusal); err != nil || refusal.GetCode() == 0 {
			return fmt.Errorf("%s %s: %s: %s", method, path, response.Status, content)
		}
		return fmt.Errorf("%s %s: %w", method, path, status.FromProto(refusal).Err())
	}
	return protojson.UnmarshalOptions{DiscardUnknown: true}.Unmarshal(content, answer)
}
