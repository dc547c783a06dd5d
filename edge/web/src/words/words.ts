import { en, type Words } from './en.ts';
import { it } from './it.ts';

const catalogue: Record<string, Words> = { en, it };

/** wordsFor picks the first language that we speak. */
export function wordsFor(languages: readonly string[]): Words {
	for (const l of languages) {
		const found = catalogue[l.slice(0, 2).toLowerCase()];
		if (found) return found;
	}
	return en;
}

/** words of this page: its tablet's language, or the one that ?lang= names. */
export const words: Words = wordsFor([new URLSearchParams(location.search).get('lang') ?? '', ...navigator.languages]);

/** locale is how this page writes days: as its tablet does, if that speaks the same language. */
export const locale = navigator.languages.find((l) => l.slice(0, 2).toLowerCase() === words.language) ?? words.language;

document.documentElement.lang = words.language;

export type { Words };
