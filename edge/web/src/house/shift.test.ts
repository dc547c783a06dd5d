import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Board } from '../board/board.svelte.ts';
import { Desk } from './desk.svelte.ts';
import { ill } from './printing.ts';
import { offs, Shift, tomorrow } from './shift.svelte.ts';

describe('what cannot be had', () => {
	it('is told with what it is made with, and what was taken off itself comes first', () => {
		const since = '2026-07-03T18:00:00.000Z';
		const list = offs({
			products: [
				{ id: 'funghi', name: 'Funghi', auto: true, because: { kind: 'ingredient', id: 'mushrooms' }, since },
				{ id: 'cola', name: 'Cola', auto: false, reason: 'sold out', since, until: '2026-07-04T02:00:00.000Z' },
			],
			toppings: [{ id: 'mushrooms', name: 'Mushrooms', auto: true, because: { kind: 'ingredient', id: 'mushrooms' }, since }],
			ingredients: [{ id: 'mushrooms', name: 'Mushrooms, sliced', auto: true, since }],
		});
		expect(list.map((o) => [o.kind, o.id])).toEqual([['ingredient', 'mushrooms'], ['product', 'cola'], ['topping', 'mushrooms'], ['product', 'funghi']]);
		expect(list.find((o) => o.id === 'funghi')?.because).toBe('Mushrooms');
		expect(list.find((o) => o.id === 'cola')?.until).toBe('2026-07-04T02:00:00.000Z');
	});

	it('until tomorrow ends when no evening is going on any more', () => {
		expect(tomorrow(new Date(2026, 6, 3, 19, 30).getTime())).toEqual(new Date(2026, 6, 4, 4));
		expect(tomorrow(new Date(2026, 6, 4, 1, 30).getTime())).toEqual(new Date(2026, 6, 4, 4));
		expect(tomorrow(new Date(2026, 6, 4, 4).getTime())).toEqual(new Date(2026, 6, 5, 4));
	});
});

describe('a printer', () => {
	const printer = { id: 'p', name: '', address: '', state: 'ready' as const, paper_low: false, since: '', queue: 0, on_backup: false, jobs: [], stations: [] };
	it('is ill when somebody has to come, or when another prints for it', () => {
		expect([printer, { ...printer, state: 'starting' as const }, { ...printer, paper_low: true }].map(ill)).toEqual([false, false, false]);
		expect([{ ...printer, state: 'paper_out' as const }, { ...printer, on_backup: true }].map(ill)).toEqual([true, true]);
	});
});

describe('what went wrong', () => {
	afterEach(() => vi.unstubAllGlobals());

	it('is said until something else is done, whatever is looked at meanwhile', async () => {
		const refused = { code: 'no_such_printer', title: '', detail: 'there is no such printer', status: 404 };
		vi.stubGlobal('fetch', async (url: string) => Promise.resolve(url.endsWith('/test') ? new Response(JSON.stringify(refused), { status: 404 }) : new Response('{"screens":[],"wait_s":60}')));
		const shift = new Shift({} as Board, new Desk('s'));
		expect(await shift.testPrint('p')).toBe(false);
		const said = shift.failed;
		expect(said).not.toBe('');
		expect([await shift.lookScreens(), await shift.lookIntake(), shift.wait, shift.failed]).toEqual([true, true, 60, said]);
		expect([await shift.resume(), shift.failed]).toEqual([true, '']);
	});
});
