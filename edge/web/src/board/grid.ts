/** What wants a place: one ticket, and how many steps high each of its parts is. */
export interface Guest {
	id: string;
	high: readonly number[];
}

/** Seat is where a part of a ticket lies: on which page, in which column, and from which step on. Its key is the digit that means it. */
export interface Seat {
	id: string;
	part: number;
	page: number;
	column: number;
	top: number;
	high: number;
	key: number; // from 0, on its page
}

/** A page has columns of so many steps. */
export interface Page {
	columns: number;
	steps: number;
}

/**
 * settle gives tickets their seats, on as many pages as they need: down a column, then down the next. Whoever has a seat keeps it: a ticket
 * that leaves makes a hole, and nobody beside it moves. New ones go behind the last of a page, oldest first; when its end is reached they
 * fill its holes from the top left. A hole on a page is filled by the oldest ticket of the pages behind it. A ticket that grew stays if what is
 * under it is free, else it is seated anew. Nobody overtakes: while the next ticket finds no room on a page, none behind it goes there.
 */
export function settle(before: readonly Seat[], guests: readonly Guest[], page: Page): Seat[] {
	let seats = keep(before, guests, page);
	for (let number = 0; ; number++) {
		const at = new Map(seats.map((s) => [s.id, s.page]));
		const behind = guests.filter((g) => (at.get(g.id) ?? Infinity) > number);
		let here = seats.filter((s) => s.page === number);
		const moved = new Set<string>();
		for (const g of behind) {
			const found = place(here, g, number, page);
			if (!found) break;
			here = [...here, ...found];
			moved.add(g.id);
		}
		seats = [...seats.filter((s) => s.page !== number && !moved.has(s.id)), ...here];
		if (moved.size === behind.length) return seats.sort(inOrder);
	}
}

/** pagesOf is how many pages are needed; at least one. */
export function pagesOf(seats: readonly Seat[]): number {
	return Math.max(1, ...seats.map((s) => s.page + 1));
}

/** inOrder is the order in which a page is read. */
function inOrder(a: Seat, b: Seat): number {
	return a.page - b.page || a.column - b.column || a.top - b.top;
}

/** beside is the seat to which an arrow leads: up and down in the column, left and right to what lies at the same height. */
export function beside(seats: readonly Seat[], from: Seat, by: 'left' | 'right' | 'up' | 'down'): Seat | undefined {
	const sign = by === 'left' || by === 'up' ? -1 : 1;
	if (by === 'up' || by === 'down') {
		const all = seats.filter((s) => s.id !== from.id || s === from).sort(inOrder);
		const next = all[all.indexOf(from) + sign];
		return next;
	}
	const middle = from.top + from.high / 2;
	const far = (s: Seat) => Math.max(0, s.top - middle, middle - s.top - s.high);
	for (let column = from.column + sign; ; column += sign) {
		const there = seats.filter((s) => s.page === from.page && s.column === column && s.id !== from.id);
		if (there.length > 0) return there.sort((a, b) => far(a) - far(b))[0];
		if (!seats.some((s) => s.page === from.page && (s.column - column) * sign > 0)) return undefined;
	}
}

/** keep leaves everybody where they sit who is still here, and lets them grow where there is room. */
function keep(before: readonly Seat[], guests: readonly Guest[], page: Page): Seat[] {
	const wanted = new Map(guests.map((g) => [g.id, g]));
	const stay = new Map<string, Seat[]>();
	for (const s of before) if (wanted.has(s.id) && s.column < page.columns) stay.set(s.id, [...(stay.get(s.id) ?? []), s]);
	const kept: Seat[] = [];
	const all = [...stay.values()].flat();
	for (const [id, held] of stay) {
		const high = wanted.get(id)?.high ?? [];
		if (held.length !== high.length) continue;
		const now = held.map((s) => ({ ...s, high: Math.min(page.steps, high[s.part] ?? s.high) }));
		const others = [...kept, ...all.filter((s) => s.id !== id && !kept.some((k) => k.id === s.id))];
		if (now.every((s) => s.top + s.high <= page.steps && !others.some((o) => touch(s, o)))) kept.push(...now);
	}
	return kept;
}

function touch(a: Seat, b: Seat): boolean {
	return a.page === b.page && a.column === b.column && a.top < b.top + b.high && b.top < a.top + a.high;
}

/** place finds seats on a page for all parts of a ticket: behind the last, else from the top left. */
function place(others: readonly Seat[], g: Guest, number: number, page: Page): Seat[] | undefined {
	const last = others.reduce<Seat | undefined>((l, s) => (l && inOrder(l, s) > 0 ? l : s), undefined);
	const behind = last ? { column: last.column, top: last.top + last.high } : { column: 0, top: 0 };
	return run(others, g, number, page, behind) ?? run(others, g, number, page, { column: 0, top: 0 });
}

function run(others: readonly Seat[], g: Guest, number: number, page: Page, from: { column: number; top: number }): Seat[] | undefined {
	const found: Seat[] = [];
	const keys = new Set(others.map((s) => s.key));
	let { column, top } = from;
	for (const [part, wants] of g.high.entries()) {
		const high = Math.min(wants, page.steps);
		let seat: Seat | undefined;
		for (; !seat; top = seat ? seat.top + high : 0) {
			if (column >= page.columns) return undefined;
			const at = gap([...others, ...found], number, column, top, high, page.steps);
			if (at === undefined) column++;
			else seat = { id: g.id, part, page: number, column, top: at, high, key: -1 };
		}
		if (part === 0 || !found[0]) {
			let key = 0;
			while (keys.has(key)) key++;
			seat.key = key;
		} else seat.key = found[0].key;
		found.push(seat);
	}
	return found;
}

/** gap is the first free stretch of a column, from a step on. */
function gap(others: readonly Seat[], number: number, column: number, from: number, high: number, steps: number): number | undefined {
	const here = others.filter((s) => s.page === number && s.column === column).sort(inOrder);
	let top = from;
	for (const s of here) {
		if (s.top + s.high <= top) continue;
		if (s.top - top >= high) return top;
		top = s.top + s.high;
	}
	return top + high <= steps ? top : undefined;
}
