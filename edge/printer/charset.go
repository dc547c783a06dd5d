package printer

import (
	"maps"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/unicode/norm"
)

// page is a table of characters that a printer has, and its number in ESC t: those that Epson gave, and most others kept.
type page struct {
	number byte
	chars  *charmap.Charmap
}

var pages = map[string]page{
	"pc437":   {0, charmap.CodePage437},
	"pc850":   {2, charmap.CodePage850},
	"pc852":   {18, charmap.CodePage852},
	"pc858":   {19, charmap.CodePage858},
	"pc865":   {5, charmap.CodePage865},
	"pc866":   {17, charmap.CodePage866},
	"wpc1252": {16, charmap.Windows1252},
}

// CodePages are the names of the tables that a printer can be set to.
func CodePages() []string { return slices.Sorted(maps.Keys(pages)) }

// spelled are characters that few tables have, in letters that all have. Accents are taken off by themselves.
var spelled = map[rune]string{
	'€': "EUR", '£': "GBP", 'ß': "ss", 'ẞ': "SS", 'æ': "ae", 'Æ': "AE", 'œ': "oe", 'Œ': "OE", 'ø': "o", 'Ø': "O", 'ł': "l", 'Ł': "L", 'đ': "d", 'Đ': "D",
	'ð': "d", 'Ð': "D", 'þ': "th", 'Þ': "Th", 'ı': "i", '‘': "'", '’': "'", '‚': ",", '“': `"`, '”': `"`, '„': `"`, '«': `"`, '»': `"`, '–': "-", '—': "-",
	'−': "-", '‐': "-", '‑': "-", '…': "...", '•': "*", '·': "*", '×': "x", '½': "1/2", '¼': "1/4", '¾': "3/4", '№': "No", '™': "TM", '°': "o",
}

// plain is a text in characters that the table has: what it has not is spelled, loses its accent or becomes a question mark. Nothing in it can
// be taken for a command, whatever a guest wrote.
func (p page) plain(text string) string {
	var b strings.Builder
	for _, r := range norm.NFC.String(text) {
		switch {
		case unicode.IsControl(r):
			b.WriteByte(' ')
		case unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Variation_Selector, r):
		case p.has(r):
			b.WriteRune(r)
		case unicode.IsSpace(r):
			b.WriteByte(' ')
		default:
			b.WriteString(p.spell(r))
		}
	}
	return b.String()
}

func (p page) has(r rune) bool {
	b, ok := p.chars.EncodeRune(r)
	return ok && (b < 0x80 && r < 0x80 || b >= 0x80)
}

func (p page) spell(r rune) string {
	if s, ok := spelled[r]; ok {
		return s
	}
	var b strings.Builder
	for _, part := range norm.NFKD.String(string(r)) {
		switch s, known := spelled[part]; {
		case unicode.Is(unicode.Mn, part):
		case known:
			b.WriteString(s)
		case !unicode.IsControl(part) && p.has(part):
			b.WriteRune(part)
		}
	}
	if b.Len() == 0 {
		return "?"
	}
	return b.String()
}

// encode writes a plain text as the printer reads it.
func (p page) encode(text string) []byte {
	out := make([]byte, 0, len(text))
	for _, r := range text {
		b, ok := p.chars.EncodeRune(r)
		if !ok {
			b = '?'
		}
		out = append(out, b)
	}
	return out
}
