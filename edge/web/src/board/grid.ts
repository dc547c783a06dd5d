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

/**
 * settle gives tickets their cells. Whoever has a place keeps it: a ticket that leaves makes a hole, and nobody else moves. New ones go
 * behind the last, oldest first; when the end is reached they fill the holes from the top. A ticket that grew or shrank is placed anew.
 * What finds no place waits, in its order.
 */
export function settle(before: readonly (Cell | undefined)[], guests: readonly Guest[], size: number): { cells: (Cell | undefined)[]; waiting: string[] } {
	const cells: (Cell | undefined)[] = Array.from({ length: size }, () => undefined);
	const wanted = new Map(guests.map((g) => [g.id, g.cells]));
	const held = new Map<string, number>();
	for (const c of before) if (c) held.set(c.id, (held.get(c.id) ?? 0) + 1);
	before.slice(0, size).forEach((c, at) => {
		if (c && wanted.get(c.id) === held.get(c.id)) cells[at] = c;
	});
	for (const [id, n] of held) {
		if (cells.filter((c) => c?.id === id).length !== n) cells.forEach((c, at) => c?.id === id && (cells[at] = undefined));
	}
	const waiting: string[] = [];
	for (const g of guests) {
		if (cells.some((c) => c?.id === g.id)) continue;
		const at = waiting.length > 0 ? undefined : place(cells, g.cells);
		if (at) at.forEach((cell, part) => (cells[cell] = { id: g.id, part }));
		else waiting.push(g.id);
	}
	return { cells, waiting };
}

/** place finds n cells: in one run behind the last ticket, in one run anywhere, else wherever they are. */
function place(cells: readonly (Cell | undefined)[], n: number): number[] | undefined {
	const need = Math.min(n, cells.length);
	const end = cells.findLastIndex((c) => c !== undefined) + 1;
	const run = (from: number) => {
		for (let at = from; at + need <= cells.length; at++) {
			if (cells.slice(at, at + need).every((c) => c === undefined)) return Array.from({ length: need }, (_, i) => at + i);
		}
		return undefined;
	};
	const free = cells.flatMap((c, at) => (c === undefined ? [at] : []));
	return run(end) ?? run(0) ?? (free.length >= need ? free.slice(0, need) : undefined);
}
