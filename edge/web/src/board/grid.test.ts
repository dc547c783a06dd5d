import { describe, expect, it } from 'vitest';
import { settle, type Cell } from './grid.ts';

const guests = (...ids: string[]) => ids.map((id) => ({ id, cells: 1 }));
const show = (cells: (Cell | undefined)[]) => cells.map((c) => (c ? `${c.id}${c.part || ''}` : '.')).join(' ');

describe('the grid', () => {
	it('starts with the oldest at the top left', () => {
		expect(show(settle([], guests('a', 'b', 'c'), 4).cells)).toBe('a b c .');
	});

	it('lets nobody jump when one leaves; the next goes behind the last', () => {
		const one = settle([], guests('a', 'b', 'c'), 5);
		const two = settle(one.cells, guests('b', 'c', 'd'), 5);
		expect(show(two.cells)).toBe('. b c d .');
	});

	it('fills holes from the top when the end is reached, the oldest waiting first', () => {
		const one = settle([], guests('a', 'b', 'c', 'd', 'e'), 3);
		expect([show(one.cells), one.waiting]).toEqual(['a b c', ['d', 'e']]);
		const two = settle(one.cells, guests('a', 'c', 'd', 'e'), 3);
		expect([show(two.cells), two.waiting]).toEqual(['a d c', ['e']]);
	});

	it('keeps the parts of a large ticket together where it can', () => {
		const large = [...guests('a'), { id: 'L', cells: 2 }, ...guests('b')];
		const one = settle([], large, 4);
		expect(show(one.cells)).toBe('a L L1 b');
		const two = settle(settle([], guests('a', 'x', 'b', 'y'), 4).cells, [...guests('a', 'b'), { id: 'L', cells: 2 }], 4);
		expect(show(two.cells)).toBe('a L b L1');
	});

	it('does not let a small one overtake a large one that waits', () => {
		const s = settle([], [...guests('a', 'b'), { id: 'L', cells: 2 }, ...guests('c')], 3);
		expect([show(s.cells), s.waiting]).toEqual(['a b .', ['L', 'c']]);
	});

	it('places a ticket anew that grew, and everything when the screen shrank', () => {
		const one = settle([], guests('a', 'b', 'c'), 4);
		expect(show(settle(one.cells, [{ id: 'a', cells: 2 }, ...guests('b', 'c')], 4).cells)).toBe('a b c a1');
		const small = settle(one.cells, guests('a', 'b', 'c'), 2);
		expect([show(small.cells), small.waiting]).toEqual(['a b', ['c']]);
	});

	it('never shows a ticket twice or loses one, whatever comes and goes', () => {
		let cells: (Cell | undefined)[] = [];
		let open: { id: string; cells: number }[] = [];
		let seed = 42;
		const random = (n: number) => (seed = (seed * 1103515245 + 12345) % 2147483648) % n;
		for (let i = 0; i < 2000; i++) {
			if (random(2) || open.length === 0) open = [...open, { id: `t${i}`, cells: 1 + (random(4) === 0 ? 1 : 0) }];
			else open = open.filter((_, at) => at !== random(open.length));
			const before = cells;
			const s = settle(cells, open, 10);
			cells = s.cells;
			for (const g of open) {
				const shown = cells.filter((c) => c?.id === g.id).length;
				expect(shown).toBe(s.waiting.includes(g.id) ? 0 : g.cells);
				const was = before.findIndex((c) => c?.id === g.id && c.part === 0);
				if (was >= 0) expect(cells[was]?.id).toBe(g.id);
			}
			expect(cells.filter((c) => c && !open.some((g) => g.id === c.id))).toEqual([]);
		}
	});
});
