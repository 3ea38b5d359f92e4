package rest

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
)

// originals gives out what came in, byte by byte as it came (R4, R20). It is kept as a file and never shown as what it claims to
// be; the page reads the headers of a mail from its beginning, as text.
type originals struct {
	*api
	intake intakev1.InboundServiceClient
}

func (o *originals) download(w http.ResponseWriter, r *http.Request) {
	if err := checkBearer(r); err != nil {
		o.refuse(w, r, err)
		return
	}
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel() // who has read enough goes away
	ctx = metadata.AppendToOutgoingContext(ctx, "authorization", r.Header.Get("Authorization"))
	if language := r.Header.Get("Accept-Language"); language != "" && isPrintable(language) {
		ctx = metadata.AppendToOutgoingContext(ctx, "accept-language", language)
	}
	name := strings.TrimSuffix(strings.TrimPrefix(r.URL.Path, "/v1/"), "/original")
	stream, err := o.intake.DownloadInboundOriginal(ctx, &intakev1.DownloadInboundOriginalRequest{Name: name})
	var part *intakev1.DownloadInboundOriginalResponse
	if err == nil {
		part, err = stream.Recv()
	}
	if err != nil && !errors.Is(err, io.EOF) {
		o.refuse(w, r, err)
		return
	}
	header := w.Header()
	header.Set("Content-Type", "application/octet-stream")
	header.Set("Content-Disposition", "attachment")
	header.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Cache-Control", "no-store")
	if err := o.copyParts(w, stream, part, err); err != nil {
		panic(http.ErrAbortHandler) // the reader must not take half an original for a whole one
	}
}

// copyParts passes on what comes; a reader may take its time for the whole, but not for a part.
func (o *originals) copyParts(
	w http.ResponseWriter, stream grpc.ServerStreamingClient[intakev1.DownloadInboundOriginalResponse],
	part *intakev1.DownloadInboundOriginalResponse, err error,
) error {
	to := newStreamWriter(w, o.limits.StreamWriteTimeout)
	for err == nil {
		if _, err = to.Write(part.GetContent()); err == nil {
			part, err = stream.Recv()
		}
	}
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}
