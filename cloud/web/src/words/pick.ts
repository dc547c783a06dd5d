/** pick is the catalogue in the first language that the reader and we both speak; English where there is none. */
export function pick<W>(catalogue: { en: W } & Record<string, W>, languages: readonly string[]): W {
	for (const l of languages) {
		const found = catalogue[l.slice(0, 2).toLowerCase()];
		if (found !== undefined) return found;
	}
	return catalogue.en;
}

/** localeFor a language is the reader's own kind of it, for clocks and money: "en-GB" counts to 24, "en-US" does not. */
export function localeFor(language: string, languages: readonly string[]): string {
	return languages.find((l) => l.slice(0, 2).toLowerCase() === language) ?? language;
}

/** speak picks this page's words, by its browser or by ?lang=, and says on the page which language it is. */
export function speak<W extends { language: string; title: string }>(catalogue: { en: W } & Record<string, W>): { words: W; locale: string } {
	const words = pick(catalogue, [new URLSearchParams(location.search).get('lang') ?? '', ...navigator.languages]);
	document.documentElement.lang = words.language;
	document.title = `${words.title} · Awesome Pizza`;
	return { words, locale: localeFor(words.language, navigator.languages) };
}
