package printer

import (
	"strings"
	"unicode/utf8"
)

// Sheet is a piece of paper before it is known how wide it is.
type Sheet struct{ rows []row }

// Style is how a row looks. High and wide are how many times the usual size; 0 is 1.
type Style struct {
	High, Wide            int
	Bold, Reverse, Center bool
}

type row struct {
	style  Style
	left   string
	right  string // at the right edge, if there is room
	indent int
	rule   bool
	code   string // a QR code
}

func (s *Sheet) text(style Style, left string) {
	s.rows = append(s.rows, row{style: style, left: left})
}

func (s *Sheet) indented(style Style, columns int, left string) {
	s.rows = append(s.rows, row{style: style, left: left, indent: columns})
}

func (s *Sheet) pair(style Style, left, right string) {
	s.rows = append(s.rows, row{style: style, left: left, right: right})
}

func (s *Sheet) rule() { s.rows = append(s.rows, row{rule: true}) }

func (s *Sheet) code(data string) {
	s.rows = append(s.rows, row{code: data, style: Style{Center: true}})
}

// line is one line as it is printed, or a QR code.
type line struct {
	style Style
	text  string
	code  string
}

// lines lays a sheet out for a width, in characters that the printer has.
func (s Sheet) lines(columns int, p page) (out []line) {
	for _, r := range s.rows {
		r.style.High, r.style.Wide = max(1, r.style.High), max(1, r.style.Wide)
		switch {
		case r.rule:
			out = append(out, line{style: r.style, text: strings.Repeat("-", columns)})
		case r.code != "":
			out = append(out, line{style: r.style, code: p.plain(r.code)})
		default:
			for _, text := range r.wrap(columns/r.style.Wide, p) {
				out = append(out, line{style: r.style, text: text})
			}
		}
	}
	return out
}

// wrap breaks a row at word boundaries; what is right keeps its place on the first line that has room for it.
func (r row) wrap(columns int, p page) []string {
	pad := strings.Repeat(" ", r.indent)
	right := p.plain(r.right)
	room := columns - r.indent
	var out []string
	words := strings.Fields(p.plain(r.left))
	for current, n := "", 0; n < len(words) || current != ""; {
		if n < len(words) && fits(current, words[n], room) {
			current, n = strings.TrimPrefix(current+" "+words[n], " "), n+1
			continue
		}
		if current == "" { // a word that is wider than the paper
			current, words[n] = split(words[n], room)
		}
		out, current = append(out, pad+current), ""
	}
	if right == "" {
		return out
	}
	if len(out) == 0 {
		out = []string{""}
	}
	last := len(out) - 1
	if gap := columns - utf8.RuneCountInString(out[last]) - utf8.RuneCountInString(right); gap > 0 {
		out[last] += strings.Repeat(" ", gap) + right
		return out
	}
	for rest := right; rest != ""; {
		right, rest = split(rest, columns) // what is wider than the paper goes on below
		out = append(out, strings.Repeat(" ", max(0, columns-utf8.RuneCountInString(right)))+right)
	}
	return out
}

func fits(before, word string, columns int) bool {
	n := utf8.RuneCountInString(word)
	if before != "" {
		n += utf8.RuneCountInString(before) + 1
	}
	return n <= columns
}

func split(word string, columns int) (first, rest string) {
	runes := []rune(word)
	n := min(max(1, columns), len(runes))
	return string(runes[:n]), string(runes[n:])
}

// Text is the sheet for people to read, as wide as the printer's: at the left edge stand how much wider and higher than usual a line is, B for
// bold and R for white on black.
func (s Sheet) Text(spec Spec) string {
	var b strings.Builder
	for _, l := range s.lines(spec.Width, pages[spec.CodePage]) {
		mark := []byte("    ")
		if l.style.Wide > 1 {
			mark[0] = '0' + byte(l.style.Wide)
		}
		if l.style.High > 1 {
			mark[1] = '0' + byte(l.style.High)
		}
		if l.style.Bold {
			mark[2] = 'B'
		}
		if l.style.Reverse {
			mark[3] = 'R'
		}
		text := l.text
		if l.code != "" {
			text = "[QR " + l.code + "]"
		}
		if l.style.Center {
			text = strings.Repeat(" ", max(0, (spec.Width/l.style.Wide-utf8.RuneCountInString(text))/2)) + text
		}
		b.WriteString(strings.TrimRight(string(mark)+"|"+text, " ") + "\n")
	}
	return b.String()
}
