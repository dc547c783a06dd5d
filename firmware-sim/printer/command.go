package printer

import (
	"encoding/binary"
	"time"
)

// word is what kind of command begins a buffer.
type word string

// command finds the command that a buffer begins with and its length; 0 when it is not whole yet.
func command(b []byte) (word, int) {
	if b[0] != 0x1b && b[0] != 0x1d {
		return "char", 1
	}
	if len(b) < 2 {
		return "", 0
	}
	lead := map[byte]string{0x1b: "ESC ", 0x1d: "GS "}[b[0]]
	name := word(lead + string(b[1]))
	n := lengths[name]
	switch name {
	case "GS V": // with a feed when it is 65 or 66
		if len(b) < 3 {
			return name, 0
		}
		if n = 3; b[2] == 65 || b[2] == 66 {
			n = 4
		}
	case "GS (":
		if len(b) < 5 {
			return name, 0
		}
		n = 5 + int(binary.LittleEndian.Uint16(b[3:]))
	}
	switch {
	case n == 0:
		return "unknown", 2
	case len(b) < n:
		return name, 0
	}
	return name, n
}

// lengths are whole commands in bytes.
var lengths = map[word]int{
	"ESC @": 2, "ESC t": 3, "ESC a": 3, "ESC E": 3, "ESC d": 3, "ESC -": 3, "ESC p": 5, "GS !": 3, "GS B": 3, "GS r": 3,
}

// obey carries a command out; line says that it took as long as printing one.
func (m *Machine) obey(c word, raw []byte, now time.Time, answers *[]byte) (line bool) {
	arg := raw[len(raw)-1]
	switch c {
	case "char":
		return m.char(raw[0])
	case "ESC @":
		m.reset()
		m.text = nil
	case "ESC t":
		if m.table = tables[arg]; m.table == nil {
			m.strange("ESC t %d", arg)
			m.table = tables[0]
		}
	case "ESC a":
		m.style.Center = arg == 1
	case "ESC E":
		m.style.Bold = arg&1 == 1
	case "GS !":
		m.style.Wide, m.style.High = size(arg>>4), size(arg&7)
	case "GS B":
		m.style.Reverse = arg&1 == 1
	case "GS r":
		*answers = append(*answers, m.sensor())
	case "GS V":
		m.cut(now)
		return true
	case "GS (":
		return m.symbol(raw)
	case "ESC d", "ESC -", "ESC p":
	default:
		m.strange("% x", raw)
	}
	return false
}

// size is how many times the usual size; the usual one is left out.
func size(bits byte) int {
	if bits == 0 {
		return 0
	}
	return int(bits) + 1
}

func (m *Machine) char(b byte) (line bool) {
	switch {
	case b == '\n':
		m.feed()
		return true
	case b < 0x20 || b == 0x7f:
		m.strange("control character %02x", b)
	default:
		m.text = append(m.text, m.table.DecodeByte(b))
	}
	return false
}

// sensor is the paper sensor's state, as GS r tells it.
func (m *Machine) sensor() byte {
	if m.Health.PaperLow {
		return 0x03
	}
	return 0
}

// symbol keeps and draws a QR code.
func (m *Machine) symbol(raw []byte) (line bool) {
	if len(raw) < 7 || raw[2] != 'k' || raw[5] != 49 {
		m.strange("% x", raw)
		return false
	}
	switch raw[6] {
	case 80:
		m.code = string(raw[min(8, len(raw)):])
	case 81:
		l := m.style
		l.Text = "[QR " + m.code + "]"
		m.sheet = append(m.sheet, l)
		return true
	}
	return false
}
