import { expect, test } from 'vitest';
import kinds from '../../../../docs/alerts.json';
import { en as hqEnglish } from './hq/en.ts';
import { it as hqItalian } from './hq/it.ts';
import { localeFor, pick, speak } from './pick.ts';

const catalogue = { en: { language: 'en', title: 'Order' }, it: { language: 'it', title: 'Ordina' } };

test('the first language that both speak is spoken, English otherwise', () => {
	expect(pick(catalogue, ['de-CH', 'it-CH', 'en']).language).toBe('it');
	expect(pick(catalogue, ['de', 'fr']).language).toBe('en');
	expect(pick(catalogue, ['', 'IT']).language).toBe('it');
});

test('clocks and money follow the reader’s own country', () => {
	expect(localeFor('en', ['de-DE', 'en-GB'])).toBe('en-GB');
	expect(localeFor('en', ['de-DE'])).toBe('en');
});

test('the page says which language it is in', () => {
	history.replaceState(null, '', '/?lang=it');
	expect(speak(catalogue).words.title).toBe('Ordina');
	expect(document.documentElement.lang).toBe('it');
	expect(document.title).toBe('Ordina · Awesome Pizza');
});

/** shape is every name in a catalogue, and how many things each function takes. */
function shape(words: object, path = ''): string[] {
	return Object.entries(words).flatMap(([name, value]: [string, unknown]) =>
		typeof value === 'object' && value !== null ? shape(value, `${path}${name}.`) : [`${path}${name} ${typeof value}`],
	);
}

test.each(['order', 'track', 'driver', 'hq'])('%s says everything in both languages', async (page) => {
	const { en } = (await import(`./${page}/en.ts`)) as { en: object };
	const { it } = (await import(`./${page}/it.ts`)) as { it: object };
	expect(shape(it).sort()).toEqual(shape(en).sort());
	expect(shape(en).length).toBeGreaterThan(20);
});

test('head office has words of its own for every kind of alert that a restaurant or the cloud raises, and for no other', () => {
	const all = [...kinds.edge, ...kinds.cloud].sort();
	expect(Object.keys(hqEnglish.alerts).sort()).toEqual(all);
	expect(Object.keys(hqItalian.alerts).sort()).toEqual(all);
	for (const w of [hqEnglish, hqItalian]) expect(new Set(Object.values(w.alerts).filter((text) => text.length > 3)).size).toBe(all.length);
});
