package order

import (
	"regexp"
	"slices"
)

// allergy are the words for allergies, intolerances and coeliac disease in the languages that guests write in: English, Italian, Spanish,
// Portuguese, French and German. Accents may stand apart from their letters.
var allergy = regexp.MustCompile(`(?i)al+[eé]\x{301}?rg|intol+[eé]\x{301}?r|c(?:o?[eé]|œ)\x{301}?l[ií]\x{301}?a[cq]|z(?:[oö]\x{308}?|oe)liak|ana(?:ph|f)[iy]la|unvertr(?:[aä]\x{308}?|ae)glich`)

// SpeaksOfAllergy reports whether a note is one that nobody may overlook. Lines say it better: in what has to be avoided.
func SpeaksOfAllergy(note string) bool { return allergy.MatchString(note) }

// Conflict is what must not get to who eats the line, and is in it all the same.
func (l Line) Conflict() (both []string) {
	for _, a := range l.Avoid {
		if slices.Contains(l.Allergens, a) {
			both = append(both, a)
		}
	}
	return both
}
