import { describe, expect, it } from 'vitest';
import { settle, type Cell } from './grid.ts';

const guests = (...ids: string[]) => ids.map((id) => ({ id, cells: 1 }));
const show = (cells: readonly (Cell | undefined)[], page = 99) =>
	cells.map((c, at) => `${at > 0 && at % page === 0 ? '| ' : ''}${c ? `${c.id}${c.part || ''}` : '.'}`).join(' ');

describe('the grid', () => {
	it('starts with the oldest at the top left', () => {
		expect(show(settle([], guests('a', 'b', 'c'), 4))).toBe('a b c .');
		expect(show(settle([], [], 2))).toBe('. .');
	});

	it('lets nobody jump when one leaves; the next goes behind the last', () => {
		const one = settle([], guests('a', 'b', 'c'), 5);
		expect(show(settle(one, guests('b', 'c', 'd'), 5))).toBe('. b c d .');
	});

	it('fills holes of a page by the oldest of the pages behind it, and moves no other', () => {
		const one = settle([], guests('a', 'b', 'c', 'd', 'e', 'f'), 3);
		expect(show(one, 3)).toBe('a b c | d e f');
		const two = settle(one, guests('a', 'c', 'd', 'e', 'f'), 3);
		expect(show(two, 3)).toBe('a d c | . e f');
		expect(show(settle(two, guests('a', 'd', 'c', 'e', 'f', 'g'), 3), 3)).toBe('a d c | g e f');
	});

	it('has no page that nobody needs', () => {
		const one = settle([], guests('a', 'b', 'c', 'd'), 3);
		expect(show(one, 3)).toBe('a b c | d . .');
		expect(show(settle(one, guests('b', 'c', 'd'), 3), 3)).toBe('d b c');
	});

	it('keeps the parts of a large ticket together where it can, and always on one page', () => {
		const large = [...guests('a'), { id: 'L', cells: 2 }, ...guests('b')];
		expect(show(settle([], large, 4))).toBe('a L L1 b');
		expect(show(settle([], large, 2), 2)).toBe('a . | L L1 | b .');
		const two = settle(settle([], guests('a', 'x', 'b', 'y'), 4), [...guests('a', 'b'), { id: 'L', cells: 2 }], 4);
		expect(show(two)).toBe('a L b L1');
		expect(show(settle([], [{ id: 'H', cells: 9 }], 2), 2)).toBe('H H1');
	});

	it('does not let a small one overtake a large one that finds no room', () => {
		expect(show(settle([], [...guests('a', 'b'), { id: 'L', cells: 2 }, ...guests('c')], 3), 3)).toBe('a b . | L L1 c');
	});

	it('places a ticket anew that grew, and keeps what still fits when the screen shrank', () => {
		const one = settle([], guests('a', 'b', 'c'), 4);
		expect(show(settle(one, [{ id: 'a', cells: 2 }, ...guests('b', 'c')], 4))).toBe('a b c a1');
		expect(show(settle(one, guests('a', 'b', 'c'), 2), 2)).toBe('a b | c .');
	});

	it('never shows a ticket twice or loses one, and only ever moves one forward to an earlier page, whatever comes and goes', () => {
		const page = 10;
		let cells: (Cell | undefined)[] = [];
		let open: { id: string; cells: number }[] = [];
		let seed = 42;
		const random = (n: number) => (seed = (seed * 1103515245 + 12345) % 2147483648) % n;
		for (let i = 0; i < 2000; i++) {
			if (random(2) || open.length === 0) open = [...open, { id: `t${i}`, cells: 1 + (random(4) === 0 ? 1 : 0) }];
			else open = open.filter((_, at) => at !== random(open.length));
			const before = cells;
			cells = settle(cells, open, page);
			expect(cells.length % page).toBe(0);
			for (const g of open) {
				expect(cells.filter((c) => c?.id === g.id).map((c) => c?.part).sort()).toEqual(g.cells === 1 ? [0] : [0, 1]);
				const was = before.findIndex((c) => c?.id === g.id && c.part === 0);
				const is = cells.findIndex((c) => c?.id === g.id && c.part === 0);
				if (was >= 0 && is !== was) expect(Math.floor(is / page)).toBeLessThan(Math.floor(was / page));
			}
			expect(cells.filter((c) => c && !open.some((g) => g.id === c.id))).toEqual([]);
		}
	});
});
