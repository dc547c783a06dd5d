/** pick is the catalogue in the first language that the reader and we both speak; English where there is none. */
export function pick<W>(catalogue: { en: W } & Record<string, W>, languages: readonly string[]): W {
	for (const l of languages) {
		const found = catalogue[l.slice(0, 2).toLowerCase()];
		if (found !== undefined) return found;
	}
	return catalogue.en;
}

/** speak picks this page's words, by its browser or by ?lang=, and says on the page which language it is. */
export function speak<W extends { language: string; title: string }>(catalogue: { en: W } & Record<string, W>): W {
	const words = pick(catalogue, [new URLSearchParams(location.search).get('lang') ?? '', ...navigator.languages]);
	document.documentElement.lang = words.language;
	document.title = `${words.title} · Awesome Pizza`;
	return words;
}
