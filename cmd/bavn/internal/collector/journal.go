package collector

import (
	"bufio"
	"bytes"
	"container/list"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/encoding/protodelim"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// journal is the file behind the store: pairs of length-delimited messages, when (Timestamp) and what (TracesData). It only
// grows, until it is twice what the store holds and is written anew; as the store is bounded, so is the file.
type journal struct {
	file      *os.File
	size      int64
	compactAt int64
}

const (
	smallestCompaction = 8 << 20
	maxRecord          = 64 << 20
)

func (j *journal) append(at time.Time, spans []*tracepb.ResourceSpans) error {
	record, err := encode(at, spans)
	if err != nil {
		return err
	}
	written, err := j.file.Write(record)
	if err != nil {
		// Half a record would hide all that follow it.
		return errors.Join(err, j.file.Truncate(j.size))
	}
	j.size += int64(written)
	return nil
}

func (j *journal) close() error { return j.file.Close() }

func encode(at time.Time, spans []*tracepb.ResourceSpans) ([]byte, error) {
	var record bytes.Buffer
	if _, err := protodelim.MarshalTo(&record, timestamppb.New(at)); err != nil {
		return nil, fmt.Errorf("encode spans: %w", err)
	}
	if _, err := protodelim.MarshalTo(&record, &tracepb.TracesData{ResourceSpans: spans}); err != nil {
		return nil, fmt.Errorf("encode spans: %w", err)
	}
	return record.Bytes(), nil
}

// load reads the file as far as it is whole (a killed process leaves half a record at most) and writes it anew, which drops
// the rest and what is over the bounds.
func (s *Store) load() error {
	if err := os.MkdirAll(filepath.Dir(s.config.File), 0o700); err != nil {
		return err
	}
	file, err := os.Open(s.config.File)
	if errors.Is(err, fs.ErrNotExist) {
		return s.rewrite()
	}
	if err != nil {
		return err
	}
	defer file.Close() // it was only read
	reader := bufio.NewReader(file)
	for {
		at, spans, err := decode(reader)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			s.config.Logger.Warn("the rest of the trace file cannot be read and is dropped", "file", s.config.File, "error", err)
			break
		}
		arrivals, _, _, err := unpack(spans)
		if err != nil {
			return err
		}
		s.insert(at, arrivals)
	}
	s.evict(s.config.Clock.Now())
	return s.rewrite()
}

// decode returns io.EOF only at the end of a whole record.
func decode(r *bufio.Reader) (time.Time, []*tracepb.ResourceSpans, error) {
	var at timestamppb.Timestamp
	var data tracepb.TracesData
	limits := protodelim.UnmarshalOptions{MaxSize: maxRecord}
	if err := limits.UnmarshalFrom(r, &at); err != nil {
		return time.Time{}, nil, err
	}
	if err := limits.UnmarshalFrom(r, &data); err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return time.Time{}, nil, err
	}
	return at.AsTime(), data.GetResourceSpans(), nil
}

// compactIfGrown goes on with the long file if a new one cannot be written: nothing is lost by that but room.
func (s *Store) compactIfGrown() {
	if s.journal == nil || s.journal.size < s.journal.compactAt {
		return
	}
	grown := s.journal
	if err := s.rewrite(); err != nil {
		grown.compactAt *= 2
		s.config.Logger.Warn("trace file not compacted", "file", s.config.File, "error", err)
		return
	}
	_ = grown.close() // its name already belongs to the new file
}

// rewrite puts a file with exactly the store's content in place of the old one and goes on with it.
func (s *Store) rewrite() error {
	draft, err := os.CreateTemp(filepath.Dir(s.config.File), filepath.Base(s.config.File)+".*.part")
	if err != nil {
		return err
	}
	size, err := s.dump(draft)
	if err == nil {
		err = os.Rename(draft.Name(), s.config.File)
	}
	if err != nil {
		return errors.Join(err, draft.Close(), os.Remove(draft.Name()))
	}
	s.journal = &journal{file: draft, size: size, compactAt: max(smallestCompaction, 2*size)}
	return nil
}

// dump writes the traces in the order in which they last grew, so that reading them gives the same order again.
func (s *Store) dump(w io.Writer) (size int64, err error) {
	all := make([]*storedTrace, 0, len(s.traces))
	for _, traces := range []*list.List{s.ordinary, s.preferred} {
		for place := traces.Front(); place != nil; place = place.Next() {
			all = append(all, place.Value.(*storedTrace))
		}
	}
	slices.SortStableFunc(all, func(a, b *storedTrace) int { return a.grownAt.Compare(b.grownAt) })
	buffered := bufio.NewWriter(w)
	for _, known := range all {
		record, err := encode(known.grownAt, pack(known.arrivals()))
		if err != nil {
			return 0, err
		}
		if _, err := buffered.Write(record); err != nil {
			return 0, err
		}
		size += int64(len(record))
	}
	return size, buffered.Flush()
}
