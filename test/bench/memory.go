package bench

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// residentBytes is the resident set of a process as the kernel counts it.
func residentBytes(pid int) (int64, error) {
	file, err := os.Open(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		rest, found := strings.CutPrefix(lines.Text(), "VmRSS:")
		if !found {
			continue
		}
		kilobytes, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(rest, "kB")), 10, 64)
		return kilobytes << 10, err
	}
	return 0, fmt.Errorf("process %d tells no resident set: %w", pid, lines.Err())
}
