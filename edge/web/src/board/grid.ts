/** What wants a place: one ticket and how many cells it fills. */
export interface Guest {
	id: string;
	cells: number;
}

/** A cell of the grid: which part of which ticket lies in it. */
export interface Cell {
	id: string;
	part: number;
}

type Cells = (Cell | undefined)[];

/**
 * settle gives tickets their cells, on as many pages as they need. Whoever has a place keeps it: a ticket that leaves makes a hole, and
 * nobody beside it moves. New ones go behind the last of a page, oldest first; when its end is reached they fill its holes from the top.
 * A hole on a page is filled by the oldest ticket of the pages behind it: one goes where none was, and all others stay. A ticket that grew
 * or shrank is placed anew. Nobody overtakes: while the next ticket finds no room on a page, none behind it goes there.
 */
export function settle(before: readonly (Cell | undefined)[], guests: readonly Guest[], page: number): Cells {
	const cells = keep(before, guests, page);
	for (let start = 0; ; start += page) {
		const first = new Map<string, number>();
		cells.forEach((c, at) => c && !first.has(c.id) && first.set(c.id, at));
		const behind = guests.filter((g) => (first.get(g.id) ?? Infinity) >= start + page);
		for (const g of behind) {
			const at = place(cells.slice(start, start + page), Math.min(g.cells, page));
			if (!at) break;
			if (first.has(g.id)) cells.forEach((c, i) => c?.id === g.id && (cells[i] = undefined));
			at.forEach((cell, part) => (cells[start + cell] = { id: g.id, part }));
		}
		if (!cells.slice(start + page).some((c) => c) && guests.every((g) => cells.some((c) => c?.id === g.id))) return cells.slice(0, start + page);
		while (cells.length < start + 2 * page) cells.push(undefined);
	}
}

/** keep leaves everybody where they sit who is still here and as large as before. */
function keep(before: readonly (Cell | undefined)[], guests: readonly Guest[], page: number): Cells {
	const wanted = new Map(guests.map((g) => [g.id, Math.min(g.cells, page)]));
	const seats = new Map<string, number[]>();
	before.forEach((c, at) => c && seats.set(c.id, [...(seats.get(c.id) ?? []), at]));
	const cells: Cells = Array.from({ length: Math.max(1, Math.ceil(before.length / page)) * page }, () => undefined);
	for (const [id, held] of seats) {
		const onOnePage = new Set(held.map((at) => Math.floor(at / page))).size === 1;
		if (wanted.get(id) === held.length && onOnePage) for (const at of held) cells[at] = before[at];
	}
	return cells;
}

/** place finds n cells: in one run behind the last ticket, in one run anywhere, else wherever they are. */
function place(cells: readonly (Cell | undefined)[], n: number): number[] | undefined {
	const end = cells.findLastIndex((c) => c !== undefined) + 1;
	const run = (from: number) => {
		for (let at = from; at + n <= cells.length; at++) {
			if (cells.slice(at, at + n).every((c) => c === undefined)) return Array.from({ length: n }, (_, i) => at + i);
		}
		return undefined;
	};
	const free = cells.flatMap((c, at) => (c === undefined ? [at] : []));
	return run(end) ?? run(0) ?? (free.length >= n ? free.slice(0, n) : undefined);
}
