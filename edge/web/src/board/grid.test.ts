import { describe, expect, it } from 'vitest';
import { beside, pagesOf, settle, type Guest, type Page, type Seat } from './grid.ts';

const guests = (...ids: string[]): Guest[] => ids.map((id) => ({ id, high: [1] }));
const tall = (id: string, ...high: number[]): Guest => ({ id, high });

/** show draws pages: columns apart by |, pages by ||, a dot for each free step. */
function show(seats: readonly Seat[], page: Page): string {
	const pages = Array.from({ length: pagesOf(seats) }, (_, number) =>
		Array.from({ length: page.columns }, (_, column) => {
			const at = Array.from({ length: page.steps }, () => '.');
			for (const s of seats) if (s.page === number && s.column === column) at.fill(`${s.id}${s.part || ''}`, s.top, s.top + s.high);
			return at.join('');
		}).join(' '),
	);
	return pages.join(' | ');
}

const small: Page = { columns: 2, steps: 2 };

describe('the grid', () => {
	it('starts with the oldest at the top left, and goes down each column', () => {
		expect(show(settle([], guests('a', 'b', 'c'), small), small)).toBe('ab c.');
		expect(show(settle([], [], small), small)).toBe('.. ..');
		expect(show(settle([], [tall('a', 2), tall('b', 1), tall('c', 2)], { columns: 2, steps: 3 }), { columns: 2, steps: 3 })).toBe('aab cc.');
	});

	it('lets nobody jump when one leaves; the next goes behind the last', () => {
		const one = settle([], guests('a', 'b', 'c'), small);
		expect(show(settle(one, guests('b', 'c', 'd'), small), small)).toBe('.b cd');
	});

	it('fills holes of a page by the oldest of the pages behind it, and moves no other', () => {
		const page = { columns: 3, steps: 1 };
		const one = settle([], guests('a', 'b', 'c', 'd', 'e', 'f'), page);
		expect(show(one, page)).toBe('a b c | d e f');
		const two = settle(one, guests('a', 'c', 'd', 'e', 'f'), page);
		expect(show(two, page)).toBe('a d c | . e f');
		expect(show(settle(two, guests('a', 'd', 'c', 'e', 'f', 'g'), page), page)).toBe('a d c | g e f');
	});

	it('has no page that nobody needs', () => {
		const page = { columns: 3, steps: 1 };
		const one = settle([], guests('a', 'b', 'c', 'd'), page);
		expect(show(one, page)).toBe('a b c | d . .');
		expect(show(settle(one, guests('b', 'c', 'd'), page), page)).toBe('d b c');
	});

	it('keeps the parts of a ticket that is higher than a column together, on one page', () => {
		const page = { columns: 3, steps: 4 };
		expect(show(settle([], [...guests('a'), tall('L', 4, 2), ...guests('b')], page), page)).toBe('a... LLLL L1L1b.');
		expect(show(settle([], [tall('a', 4), tall('b', 1), tall('L', 4, 4)], page), page)).toBe('aaaa b... .... | LLLL L1L1L1L1 ....');
	});

	it('does not let a small one overtake a large one that finds no room', () => {
		const page = { columns: 1, steps: 3 };
		expect(show(settle([], [...guests('a', 'b'), tall('L', 2), ...guests('c')], page), page)).toBe('ab. | LLc');
	});

	it('leaves a ticket that grew where it is if what is under it is free, and seats it anew if not', () => {
		const page = { columns: 2, steps: 4 };
		const one = settle([], [tall('a', 1), tall('b', 1), tall('c', 1)], page);
		expect(show(settle(one, [tall('a', 1), tall('b', 1), tall('c', 2)], page), page)).toBe('abcc ....');
		expect(show(settle(one, [tall('a', 2), tall('b', 1), tall('c', 1)], page), page)).toBe('.bc. aa..');
		expect(show(settle(one, [tall('a', 1), tall('b', 1), tall('c', 1)], { columns: 1, steps: 2 }), { columns: 1, steps: 2 })).toBe('ab | c.');
	});

	it('gives each ticket of a page a digit that stays as long as it lies there', () => {
		const key = (seats: Seat[]) => Object.fromEntries(seats.map((s) => [s.id, s.key]));
		const one = settle([], guests('a', 'b', 'c'), small);
		expect(key(one)).toEqual({ a: 0, b: 1, c: 2 });
		expect(key(settle(one, guests('b', 'c', 'd'), small))).toEqual({ b: 1, c: 2, d: 0 });
	});

	it('arrows lead to what lies there', () => {
		const page = { columns: 3, steps: 4 };
		const seats = settle([], [tall('a', 4), tall('b', 1), tall('c', 3), tall('d', 2)], page);
		const at = (id: string) => seats.find((s) => s.id === id) as Seat;
		expect(beside(seats, at('a'), 'right')?.id).toBe('c');
		expect(beside(seats, at('b'), 'down')?.id).toBe('c');
		expect(beside(seats, at('c'), 'down')?.id).toBe('d');
		expect(beside(seats, at('b'), 'left')?.id).toBe('a');
		expect(beside(seats, at('b'), 'right')?.id).toBe('d');
		expect(beside(seats, at('a'), 'left')).toBeUndefined();
	});

	it('never shows a ticket twice or loses one, lays none over another, and only ever moves one forward, whatever comes and goes', () => {
		const page = { columns: 4, steps: 12 };
		let seats: Seat[] = [];
		let open: Guest[] = [];
		let seed = 42;
		const random = (n: number) => (seed = (seed * 1103515245 + 12345) % 2147483648) % n;
		for (let i = 0; i < 1000; i++) {
			if (random(2) || open.length === 0) open = [...open, tall(`t${i}`, ...(random(9) === 0 ? [12, 3] : [2 + random(8)]))];
			else open = open.filter((_, at) => at !== random(open.length));
			const before = seats;
			seats = settle(seats, open, page);
			expect(seats.map((s) => `${s.id}/${s.part}`).sort()).toEqual(open.flatMap((g) => g.high.map((_, part) => `${g.id}/${part}`)).sort());
			for (const s of seats) {
				expect(s.top + s.high).toBeLessThanOrEqual(page.steps);
				expect(seats.filter((o) => o !== s && o.page === s.page && o.column === s.column && o.top < s.top + s.high && s.top < o.top + o.high)).toEqual([]);
				const was = before.find((b) => b.id === s.id && b.part === s.part);
				if (was && (was.page !== s.page || was.column !== s.column || was.top !== s.top)) expect(s.page).toBeLessThan(was.page);
			}
			for (let p = 0; p < pagesOf(seats); p++) {
				const keys = seats.filter((s) => s.page === p && s.part === 0).map((s) => s.key);
				expect(new Set(keys).size).toBe(keys.length);
			}
		}
	});
});
