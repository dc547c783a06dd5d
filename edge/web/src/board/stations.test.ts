import { describe, expect, it } from 'vitest';
import { elsewhere, here, next, shows, stationOf } from './stations.ts';
import { item, ticket } from './testing.ts';

const salad = item('2', { station: 'sides', bakes: false, line: 1 });

describe('next', () => {
	it.each([
		['make', [item('1')], 'start'],
		['make', [item('1', { state: 'making' }), item('2')], 'made'],
		['sides', [salad], 'start'],
		['sides', [{ ...salad, state: 'making' as const }], 'side'],
		['oven', [item('1', { station: 'oven', state: 'made' }), item('2', { station: 'oven', state: 'in_oven' })], 'in'],
		['oven', [item('1', { station: 'oven', state: 'in_oven' })], 'out'],
		['cut', [item('1', { station: 'cut', state: 'baked' })], 'cut'],
		['pass', [item('1', { station: 'pass', state: 'done' }), item('2')], 'wait'],
		['all', [item('1'), salad], 'start'],
		['all', [item('1', { station: 'cut', state: 'baked' })], 'cut'],
	] as const)('at %s it is the natural step', (view, items, step) => {
		expect(next(ticket(1, [...items]), view)).toBe(step);
	});

	it('hands over only what is whole', () => {
		const done = [item('1', { station: 'pass', state: 'done' })];
		expect(next(ticket(1, done, { state: 'ready' }), 'pass')).toBe('hand_over');
	});
});

it('a display shows what it has to do with, and says who else works on it', () => {
	const t = ticket(1, [item('1'), salad, item('3', { station: 'oven', state: 'in_oven' }), item('4', { station: 'pass', state: 'done' })]);
	expect(here(t, 'make').map((i) => i.id)).toEqual(['1']);
	expect(here(t, 'all')).toHaveLength(4);
	expect([...elsewhere(t, 'make')]).toEqual([['sides', 1], ['oven', 1]]);
	expect(shows(t, 'cut')).toBe(false);
	expect(shows(ticket(0, [item('1')]), 'make')).toBe(false);
});

it('a display for all taps for the station where the step happens', () => {
	expect(stationOf('start', ticket(1, [salad]))).toBe('sides');
	expect(stationOf('start', ticket(1, [salad, item('1')]))).toBe('make');
	expect(['made', 'side', 'in', 'out', 'cut', 'hand_over'].map((s) => stationOf(s as 'made', ticket(1, [])))).toEqual(['make', 'sides', 'oven', 'oven', 'cut', 'pass']);
});
