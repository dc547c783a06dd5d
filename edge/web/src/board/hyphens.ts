const vowel = /[aeiouyàáâäèéêëìíîïòóôöùúûü]/i;
const letter = /\p{L}/u;
/** together are consonants that begin a syllable as one, in the languages that menus are written in. */
const together = /^(?:[bcdfgptv][rl]|[cg]h|gn|ph|th|qu|sh|s[bcdfglmnpqtv])/i;

/**
 * hyphenated puts soft hyphens between the syllables of long words, so that a name that has to break does so where a reader would. The
 * browser's own hyphenation needs the word's language and a dictionary, and a menu has neither. Three letters stay on either side.
 */
export function hyphenated(text: string, from = 9): string {
	return text.replace(/\p{L}+/gu, (word) => (word.length < from ? word : syllables(word)));
}

function syllables(word: string): string {
	let out = '';
	for (let at = 0; at < word.length; at++) {
		if (at >= 3 && word.length - at >= 3 && begins(word, at)) out += '\u00AD';
		out += word[at] ?? '';
	}
	return out;
}

/** begins: a syllable begins here. A single consonant goes with the vowel behind it; of several, those that can begin one go together. */
function begins(word: string, at: number): boolean {
	const consonant = (i: number) => letter.test(word[i] ?? '') && !vowel.test(word[i] ?? '');
	if (!consonant(at) || (consonant(at - 1) && together.test(word.slice(at - 1, at + 1)))) return false;
	return !consonant(at + 1) || together.test(word.slice(at, at + 2));
}
