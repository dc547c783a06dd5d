package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// ticks are in a second of processor time, as Linux tells it to programs.
const ticks = 100

// times are what /proc says of a process.
type times struct {
	parent   int
	own      float64 // seconds, of all its threads
	children float64 // of those that have ended
}

// timesOf reads /proc/pid/stat. Its second field, the name, is in brackets and may hold anything.
func timesOf(pid int) (t times, err error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return t, fmt.Errorf("read the times of process %d: %w", pid, err)
	}
	_, rest, ok := strings.Cut(string(text[max(0, strings.LastIndexByte(string(text), ')')):]), " ")
	fields := strings.Fields(rest) // state, parent, …; 11 to 14 are the times
	if !ok || len(fields) < 15 {
		return t, fmt.Errorf("read the times of process %d: %q", pid, text)
	}
	if t.parent, err = strconv.Atoi(fields[1]); err != nil {
		return t, fmt.Errorf("read the times of process %d: %w", pid, err)
	}
	for i, into := range []*float64{&t.own, &t.own, &t.children, &t.children} {
		n, err := strconv.ParseFloat(fields[11+i], 64)
		if err != nil {
			return t, fmt.Errorf("read the times of process %d: %w", pid, err)
		}
		*into += n / ticks
	}
	return t, nil
}

// cpuSeconds is the processor time of a process.
func cpuSeconds(pid int) (float64, error) {
	t, err := timesOf(pid)
	return t.own, err
}

// familySeconds is the processor time of a process and of its children, those that have ended among them.
func familySeconds(pid int) (float64, error) {
	t, err := timesOf(pid)
	if err != nil {
		return 0, err
	}
	sum := t.own + t.children
	all, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return 0, err
	}
	for _, dir := range all {
		child, err := strconv.Atoi(filepath.Base(dir))
		if err != nil {
			continue
		}
		if c, err := timesOf(child); err == nil && c.parent == pid { // one that ended meanwhile is its parent's next time
			sum += c.own + c.children
		}
	}
	return sum, nil
}
