import { expect, test } from 'vitest';
import sentences from '../../../../docs/promise.json';
import { en } from '../words/track/en.ts';
import { it } from '../words/track/it.ts';
import { inWords } from './because.ts';

const said = ['3 orders ahead', 'oven 6 min', 'a large order', 'deliveries wait 2 min for a driver', 'drive 7 min', 'the kitchen was last heard of 4 min ago'];

test('a guest reads why a promise is as it is in the language of the page', () => {
	expect(inWords(said, it.because).map((r) => r.text)).toEqual(['3 ordini prima', '6 min in forno', 'un ordine grande', 'un fattorino tra circa 2 min', '7 min di strada', 'ultima notizia dalla cucina 4 min fa']);
	expect(inWords(said, en.because).every((r) => !r.foreign)).toBe(true);
});

test('the page has words for every sentence that a kitchen or the cloud explains a promise with, in both languages', () => {
	const all = [...sentences.promise.map((s) => s.replace('N', '4')), ...sentences.ovens.map((s) => `Big oven ${s}`)];
	for (const words of [en.because, it.because]) for (const s of all) expect(inWords([s], words), s).toEqual([{ text: expect.any(String) as string, foreign: false }]);
	expect(new Set(inWords(all, it.because).map((r) => r.text)).size, 'each its own, ovens one').toBe(sentences.promise.length + 1);
	expect(inWords(all, it.because).filter((r) => all.includes(r.text))).toEqual([]);
});

test('what plays no part is not said, and what is said of several ovens once', () => {
	expect(inWords(['0 orders ahead', 'oven-1 is too cold', 'oven-2 is out of order', '1 orders ahead'], en.because).map((r) => r.text)).toEqual(['an oven is not well', '1 order ahead']);
});

test('what the page does not know stays as the kitchen said it, and is marked as English', () => {
	expect(inWords(['oven 2 is off', 'drive 7 min or so'], it.because)).toEqual([{ text: 'oven 2 is off', foreign: true }, { text: 'drive 7 min or so', foreign: true }]);
});
