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

document.documentElement.lang = words.language;

export type { Words };
