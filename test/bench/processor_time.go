package bench

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// kernelTick is the unit of /proc/<pid>/stat on Linux, whatever the kernel's own HZ (USER_HZ, proc(5)).
const kernelTick = 10 * time.Millisecond

// Fields of /proc/<pid>/stat after the program's name, which may hold spaces (proc(5)).
const (
	statParent       = 1
	statUser         = 11
	statSystem       = 12
	statChildrenUser = 13
	statChildrenSys  = 14
)

func readStat(pid int) ([]string, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return nil, err
	}
	text := string(stat)
	return strings.Fields(text[strings.LastIndexByte(text, ')')+1:]), nil
}

func ticks(stat []string, fields ...int) (time.Duration, error) {
	var sum time.Duration
	for _, field := range fields {
		n, err := strconv.ParseInt(stat[field], 10, 64)
		if err != nil {
			return 0, err
		}
		sum += time.Duration(n) * kernelTick
	}
	return sum, nil
}

// processorTime is what a process has used up so far. Unlike a rate it says the same on a busy machine.
func processorTime(pid int) (time.Duration, error) {
	stat, err := readStat(pid)
	if err != nil {
		return 0, err
	}
	return ticks(stat, statUser, statSystem)
}

// familyTime is what a process, those of its children that ended, and those that live have used up: PostgreSQL with all
// connections.
func familyTime(pid int) (time.Duration, error) {
	stat, err := readStat(pid)
	if err != nil {
		return 0, err
	}
	sum, err := ticks(stat, statUser, statSystem, statChildrenUser, statChildrenSys)
	if err != nil {
		return 0, err
	}
	all, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return 0, err
	}
	parent := strconv.Itoa(pid)
	for _, file := range all {
		child, err := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		if err != nil {
			return 0, err
		}
		stat, err := readStat(child)
		if err != nil || stat[statParent] != parent {
			continue // ended meanwhile, or somebody else's
		}
		used, err := ticks(stat, statUser, statSystem)
		if err != nil {
			return 0, err
		}
		sum += used
	}
	return sum, nil
}

// parentOf is the process that started another.
func parentOf(pid int) (int, error) {
	stat, err := readStat(pid)
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(stat[statParent])
}
