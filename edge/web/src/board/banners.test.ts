import { expect, it } from 'vitest';
import { banners, dense, waits } from './banners.ts';
import { lower, plain } from './cut.ts';
import { aside, edge, gap, layout } from './layout.ts';
import { item, minutes, ticket } from './testing.ts';

const space = { inner: 279, high: 634, small: true };
const allergic = (...notes: string[]) => ticket(1, notes.map((note, i) => item(String(i), { line: i, note })));

it('an allergy is as high as the lines that it takes, label and all', () => {
	const one = banners(allergic('Allergy: nuts'), space);
	expect(one).toBeGreaterThanOrEqual(8 + 30);
	expect(banners(ticket(1, [item('1', { avoid: ['milk'], conflict: ['milk'] })]), space)).toBeGreaterThanOrEqual(8 + 2 * 30);
	expect(banners(allergic('Nussallergie! bitte sauberes Messer verwenden'), space)).toBeGreaterThanOrEqual(8 + 3 * 30);
	expect(banners(allergic('Allergy: nuts', 'Allergy: eggs'), space)).toBe(2 * one);
	expect(banners(ticket(1, [item('1')]), space)).toBe(0);
});

it('what would fill a whole column is set smaller, and all of it is there', () => {
	const long = `allergic to ${'nuts and sesame '.repeat(7)}`;
	const much = allergic(long, `${long}!`);
	expect([dense(allergic(long), space), dense(much, space)]).toEqual([false, true]);
	expect(banners(much, space)).toBeLessThan(space.high - 84);
	expect(waits(much, 0).map((b) => b.text)).toEqual([long.trim(), `${long}!`]);
});

it('a ticket that waits has one banner, however the hour is', () => {
	const later = ticket(1, [item('1')], { fire_at: new Date(minutes(10)).toISOString() });
	expect([9, 10].map((m) => waits(later, minutes(m)).length)).toEqual([1, 1]);
	expect(waits({ ...later, hold: { at: '', reason: 'the guest called' } }, minutes(9)).map((b) => b.text)).toEqual(['the guest called']);
});

it('as many of the plainest tickets stand in a column as have room in it', () => {
	for (const [width, height, fit] of [[1256, 634, 8], [1896, 914, 15], [1256, 556, 8], [1256, 540, 4], [1896, 600, 10]] as const) {
		const { columns, steps, step, low } = layout({ width, height });
		expect(low, `${width} × ${height}`).toBe(height === 556); // no head is lower where nothing comes of it
		expect(columns * Math.floor(steps / Math.ceil(((low ? lower : plain) + gap) / step)), `${width} × ${height}`).toBe(fit);
	}
});

it('room is kept beside a name where something can be said there, and nowhere else', () => {
	const t = ticket(1, [item('1')]);
	expect((['make', 'sides', 'cut', 'pass', 'all', 'oven'] as const).map((view) => aside(t, view, true))).toEqual([0, 0, 0, 40, 40, 100]);
	const lines = [{ now: { product: 'margherita', size: 'large', quantity: 1 } }];
	expect(aside({ ...t, notices: [{ id: '1', kind: 'changed', at: '', lines }] }, 'make', true)).toBeGreaterThan(24);
});

it('what shouts has thicker edges, and a rush stands over its buttons', () => {
	const t = ticket(1, [item('1')]);
	expect([t, { ...t, voided: true }, { ...t, recovered: true }].map((t) => edge(t, 279))).toEqual([0, 6, 6]);
	expect(edge({ ...t, notices: [{ id: '1', kind: 'rush' as const, at: '', reason: 'the guest waits' }] }, 279)).toBeGreaterThan(6 + 28 + 20); // beside two buttons no word is whole
});
