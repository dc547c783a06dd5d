package main

import (
	"bytes"
	"fmt"
	"io"
	"sync"
)

// Log is the one log of the chain: every line begins with who says it. Lines of several processes never mix.
type Log struct {
	out   io.Writer
	width int
	color bool

	mu sync.Mutex
	n  int
}

// Of is the writer of one process.
func (l *Log) Of(name string) io.Writer {
	l.mu.Lock()
	defer l.mu.Unlock()
	prefix := fmt.Sprintf("%-*s | ", l.width, name)
	if l.color {
		prefix = fmt.Sprintf("\x1b[%dm%-*s |\x1b[0m ", 31+l.n%6, l.width, name)
	}
	l.n++
	return &voice{log: l, prefix: prefix}
}

// voice puts lines together before it passes them on.
type voice struct {
	log    *Log
	prefix string
	begun  []byte
}

func (v *voice) Write(p []byte) (int, error) {
	v.begun = append(v.begun, p...)
	for {
		end := bytes.IndexByte(v.begun, '\n')
		if end < 0 {
			return len(p), nil
		}
		line := append([]byte(v.prefix), v.begun[:end+1]...)
		v.begun = v.begun[end+1:]
		v.log.mu.Lock()
		_, err := v.log.out.Write(line)
		v.log.mu.Unlock()
		if err != nil {
			return len(p), err
		}
	}
}
