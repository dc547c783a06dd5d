package printer

import "encoding/binary"

// ESC/POS, as Epson describes it and most printers understand it: the few commands that a ticket needs.
const (
	dle = 0x10
	esc = 0x1b
	gs  = 0x1d
)

// Bytes is a sheet as the printer reads it, cut off at its end.
func (s Sheet) Bytes(spec Spec) []byte {
	p := pages[spec.CodePage]
	out := []byte{esc, '@', esc, 't', p.number}
	now := Style{High: 1, Wide: 1}
	for _, l := range s.lines(spec.Width, p) {
		out = append(out, restyle(now, l.style)...)
		now = l.style
		if l.code != "" {
			out = append(out, qr(l.code)...)
			continue
		}
		out = append(append(out, p.encode(l.text)...), '\n')
	}
	out = append(out, restyle(now, Style{High: 1, Wide: 1})...)
	return append(out, cut()...)
}

// cut feeds to the knife and cuts.
func cut() []byte { return []byte{gs, 'V', 66, 0} }

// restyle says what of the style is another.
func restyle(was, now Style) (out []byte) {
	if was.Center != now.Center {
		out = append(out, esc, 'a', bit(now.Center))
	}
	if was.Wide != now.Wide || was.High != now.High {
		out = append(out, gs, '!', byte(now.Wide-1)<<4|byte(now.High-1))
	}
	if was.Bold != now.Bold {
		out = append(out, esc, 'E', bit(now.Bold))
	}
	if was.Reverse != now.Reverse {
		out = append(out, gs, 'B', bit(now.Reverse))
	}
	return out
}

func bit(b bool) byte {
	if b {
		return 1
	}
	return 0
}

// qr draws a QR code of model 2, with dots of 5 and correction M.
func qr(data string) (out []byte) {
	command := func(fn byte, rest ...byte) {
		out = append(out, gs, '(', 'k')
		out = binary.LittleEndian.AppendUint16(out, uint16(len(rest)+2))
		out = append(append(out, 49, fn), rest...)
	}
	command(65, 50, 0)
	command(67, 5)
	command(69, 49)
	command(80, append([]byte{48}, data...)...)
	command(81, 48)
	return out
}

// ask is the real-time question n: how the printer is (1), why it is offline (2), what is wrong (3), how the paper is (4).
func ask(n byte) []byte { return []byte{dle, 4, n} }

// forget makes the printer drop what it has not printed yet.
func forget() []byte { return []byte{dle, 0x14, 8, 1, 3, 20, 1, 6, 2, 8} }

// done asks for an answer once all that was sent before has been printed.
func done() []byte { return []byte{gs, 'r', 1} }

// isRealTime tells answers to ask from those to done.
func isRealTime(b byte) bool { return b&0x93 == 0x12 }
func isDone(b byte) bool     { return b&0x90 == 0 }
