import { expect, it } from 'vitest';
import kinds from '../../../../docs/alerts.json';
import { en } from './en.ts';
import { dispatchEnglish } from './dispatch.en.ts';
import { dispatchItalian } from './dispatch.it.ts';
import { deskEnglish } from './desk.en.ts';
import { deskItalian } from './desk.it.ts';
import { it as italian } from './it.ts';
import { wordsFor } from './words.ts';

it('speaks the first language it knows, else English', () => {
	expect(wordsFor(['xx', 'it-IT', 'en']).language).toBe('it');
	expect(wordsFor(['de']).language).toBe('en');
});

it('no text is missing or empty in any language', () => {
	const holes = (a: object, b: object, path = ''): string[] =>
		Object.entries(a).flatMap(([k, v]: [string, unknown]) => {
			const other = (b as Record<string, unknown>)[k];
			if (typeof v !== typeof other || other === '') return [`${path}.${k}`];
			return typeof v === 'object' && v !== null ? holes(v, other as object, `${path}.${k}`) : [];
		});
	expect(holes(en, italian)).toEqual([]);
	expect(holes(italian, en)).toEqual([]);
	expect([...holes(dispatchEnglish, dispatchItalian), ...holes(dispatchItalian, dispatchEnglish)]).toEqual([]);
	expect([...holes(deskEnglish, deskItalian), ...holes(deskItalian, deskEnglish)]).toEqual([]);
});

it('says in Italian why dispatch was refused', () => {
	const codes = ['cut_off', 'cloud_silent', 'unknown_outcome', 'not_with_driver', 'no_such_driver', 'fenced', 'unknown_question'];
	expect(codes.filter((code) => deskItalian.problem(code, 'in English') === 'in English')).toEqual([]);
});

it('has words for every kind of alert that the node raises, and for no other', () => {
	for (const w of [en, italian]) {
		expect(Object.keys(w.alert).sort()).toEqual([...kinds.edge].sort());
		expect(Object.keys(w.alertOfMany).filter((kind) => !kinds.edge.includes(kind))).toEqual([]);
		expect(Object.values(w.alert).filter((text) => text.length < 4)).toEqual([]);
	}
});
