// Package printer is a receipt printer on the network, as an outsider would build one from its manual: it understands ESC/POS, answers what it
// is asked, and has faults on demand. Nothing of the node's own code runs in here.
package printer

import (
	"bytes"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// bufferMost is how much a printer takes in before it has printed it.
const bufferMost = 16 << 10

// papersKept is how many pieces of paper can be looked at.
const papersKept = 100

// Health is what is wrong with a machine.
type Health struct{ PaperOut, PaperLow, CoverOpen, Jam bool }

func (h Health) stands() bool { return h.PaperOut || h.CoverOpen || h.Jam }

// Paper is a piece of paper that was cut off. Torn was not: power was lost over it.
type Paper struct {
	At    time.Time `json:"at"`
	Lines []Line    `json:"lines"`
	Torn  bool      `json:"torn,omitempty"`
}

// Line is a line on paper. High and wide are how many times the usual size.
type Line struct {
	Text    string `json:"text"`
	High    int    `json:"high,omitempty"`
	Wide    int    `json:"wide,omitempty"`
	Bold    bool   `json:"bold,omitempty"`
	Reverse bool   `json:"reverse,omitempty"`
	Center  bool   `json:"center,omitempty"`
}

// Text is the paper as people read it.
func (p Paper) Text() string {
	var b strings.Builder
	for _, l := range p.Lines {
		b.WriteString(l.Text + "\n")
	}
	return b.String()
}

// Machine is the inside of a printer, without time and network. One goroutine uses it.
type Machine struct {
	Columns int
	Health  Health
	Strange []string // what it was sent and could not make sense of

	half   []byte // the beginning of a real-time command
	buffer []byte
	style  Line
	table  *charmap.Charmap
	text   []rune
	code   string
	sheet  []Line
	papers []Paper
	count  int
}

// NewMachine is a printer that was just switched on.
func NewMachine(columns int) *Machine {
	m := &Machine{Columns: columns}
	m.reset()
	return m
}

func (m *Machine) reset() { m.style, m.table = Line{}, tables[0] }

// tables are the characters that ESC t chooses.
var tables = map[byte]*charmap.Charmap{
	0: charmap.CodePage437, 2: charmap.CodePage850, 3: charmap.CodePage860, 5: charmap.CodePage865, 16: charmap.Windows1252,
	17: charmap.CodePage866, 18: charmap.CodePage852, 19: charmap.CodePage858,
}

// Papers are the last pieces of paper, newest last, and how many there ever were.
func (m *Machine) Papers() (last []Paper, count int) {
	return append([]Paper(nil), m.papers...), m.count
}

// Room is how many bytes it can take in.
func (m *Machine) Room() int { return bufferMost - len(m.buffer) }

// Waits reports whether there is something to be printed.
func (m *Machine) Waits() bool { return len(m.buffer) > 0 }

// Receive takes bytes in. Real-time commands are obeyed at once, whatever the printer is doing.
func (m *Machine) Receive(b []byte) (answers []byte) {
	b = append(m.half, b...)
	m.half = nil
	for len(b) > 0 {
		if b[0] != 0x10 {
			m.buffer, b = append(m.buffer, b[0]), b[1:]
			continue
		}
		n := realTime(b)
		if n == 0 {
			m.half = bytes.Clone(b)
			return answers
		}
		switch {
		case b[1] == 4 && n == 3:
			answers = append(answers, m.status(b[2]))
		case b[1] == 0x14 && n == 10:
			m.buffer, m.text = nil, nil
		case n == 1: // a parameter that looks like the beginning of one
			m.buffer = append(m.buffer, b[0])
		}
		b = b[n:]
	}
	return answers
}

// realTime is the length of the real-time command that b begins with: 0 when it is not whole, 1 when it is none.
func realTime(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	length := map[byte]int{4: 3, 5: 3, 0x14: 10}[b[1]]
	switch {
	case length == 0:
		return 1
	case len(b) < length:
		return 0
	}
	return length
}

func (m *Machine) status(n byte) byte {
	h, s := m.Health, byte(0x12)
	set := func(on bool, bits byte) {
		if on {
			s |= bits
		}
	}
	switch n {
	case 1:
		set(h.stands(), 0x08)
	case 2:
		set(h.CoverOpen, 0x04)
		set(h.PaperOut, 0x20)
		set(h.Jam, 0x40)
	case 3:
		set(h.Jam, 0x08)
	case 4:
		set(h.PaperLow || h.PaperOut, 0x0c)
		set(h.PaperOut, 0x60)
	}
	return s
}

// Step does the work of one line: it returns when one is printed, or there is nothing more to do. What it answers comes in the order of what it
// was sent.
func (m *Machine) Step(now time.Time) (answers []byte, worked bool) {
	for !m.Health.stands() && len(m.buffer) > 0 {
		c, n := command(m.buffer)
		if n == 0 {
			return answers, worked // the rest of it is under way
		}
		raw := bytes.Clone(m.buffer[:n])
		m.buffer, worked = m.buffer[n:], true
		line := m.obey(c, raw, now, &answers)
		if line {
			return answers, worked
		}
	}
	return answers, worked
}

// PowerCut loses what has not been printed; what was begun is torn off by whoever comes by.
func (m *Machine) PowerCut(now time.Time) {
	m.buffer, m.half, m.text = nil, nil, nil
	if len(m.sheet) > 0 {
		m.keep(Paper{At: now, Lines: m.sheet, Torn: true})
	}
	m.sheet = nil
	m.reset()
}

func (m *Machine) keep(p Paper) {
	m.count++
	if m.papers = append(m.papers, p); len(m.papers) > papersKept {
		m.papers = m.papers[1:]
	}
}

func (m *Machine) strange(format string, args ...any) {
	if len(m.Strange) < 100 {
		m.Strange = append(m.Strange, fmt.Sprintf(format, args...))
	}
}

func (m *Machine) feed() {
	l := m.style
	l.Text = string(m.text)
	if wide := utf8.RuneCountInString(l.Text) * max(1, l.Wide); wide > m.Columns {
		m.strange("a line of %d columns on a paper of %d: %s", wide, m.Columns, l.Text)
	}
	m.sheet, m.text = append(m.sheet, l), nil
}

func (m *Machine) cut(now time.Time) {
	if len(m.text) > 0 {
		m.feed()
	}
	if len(m.sheet) == 0 {
		return // nothing but white
	}
	m.keep(Paper{At: now, Lines: m.sheet})
	m.sheet = nil
}
