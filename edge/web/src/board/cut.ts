import type { Change } from '@awesome/ui';
import { words } from '../words/words.ts';
import { hyphenated } from './hyphens.ts';
import { lines, wide } from './measure.ts';
import { split, type Row } from './rows.ts';

/** Part of a ticket that lies in one column. */
export interface Part {
	rows: Row[];
	index: number;
	of: number;
	high: number; // pixels, with all that is not rows
}

/** Room is what a column has for a card. */
export interface Room {
	inner: number; // pixels from side to side
	high: number; // and from top to bottom
	banners: number; // over the rows of the first part
	edge: number; // more than the edge of a calm ticket takes
	small: boolean; // the type is that of a tablet
	low?: boolean; // head and foot are closer: see layout.ts
	aside: number; // pixels for what is said beside a row's name: clocks, counts
}

const around = 212; // head, foot and edges of a card
const spared = { head: 12, foot: 4 }; // … where they are closer
const between = 12; // keeps a finger from hitting two rows
const signed = 9; // what is around a change that has a sign, which stands out of its line a little
const least = 72; // of a row: a finger has to hit it
const torn = 64; // how much more room a part has that continues elsewhere: no names and no buttons stand under it
const again = 40; // and how much less one that is continued

/** plain is how high the plainest ticket is: one line, of which there is nothing more to say. */
export const plain = around + least;

/** lower is how high it is where head and foot are closer. */
export const lower = plain - spared.head - spared.foot;

/** height is how many pixels a row takes, a little too much rather than too little: the stylesheet of LineRow in numbers. */
export function height(row: Row, room: Room): number {
	const size = room.small ? 24 : 26;
	const bold = { size, bold: true };
	const text = room.inner - 10;
	const line = size * 1.18 + 0.2;
	const changes = (all: Change[], px: number, type: number) =>
		all.reduce((sum, c) => sum + (c.amount === 'none' ? signed : 7) + (type * 1.18 + 0.2) * lines(label(c), px - (c.amount === 'none' ? type + 8 : 0), { size: type, bold: true }).lines, 0);
	let h = 10;
	if (split(row)) {
		const half = text / 2 - 10;
		const column = (name: string, all: Change[]) => line * lines(`oo ${hyphenated(name)}`, half, bold).lines + changes(all, half - 18, room.small ? 20 : 24);
		h += 66 + Math.max(column(row.name, row.left), column(row.half ?? row.name, row.right));
	} else {
		const name = hyphenated(row.name, 11);
		const first = Math.max(size * 1.6, wide(`${row.items.length}×`, bold)) + (row.size ? Math.max(1, row.size.length * 0.95) * (room.small ? 52 : 64) + 8 : 0) + 8;
		const own = lines(name, text - first - room.aside, bold);
		const fits = own.piece <= text - first - room.aside; // else what is said aside goes under it
		h += fits ? Math.max(62, line * own.lines) : Math.max(62, line * lines(name, text - first, bold).lines) + 30;
	}
	for (const b of row.cut ? [...row.base, { what: words.cut, name: row.cut }] : row.base) h += 7 + line * lines(`${b.what} ${hyphenated(b.name)}`, text - 20, bold).lines;
	if (row.avoid) h += signed + line * lines(`${words.allergy}: ${hyphenated(row.avoid)}`, text - 20 - size - 8, bold).lines;
	h += changes(row.changes, text - 20, size);
	for (const note of row.notes) h += 3 + 26.2 * lines(note, text, { size: 22 }).lines;
	if (row.contains) h += 3 + 21.5 * lines(row.contains, text, { size: 18 }).lines;
	if (row.again) h += 24;
	return Math.max(least, Math.ceil(h)) + between;
}

function label(c: Change): string {
	return `${words.amount[c.amount ?? 'normal']} ${hyphenated(c.name ?? c.topping)}`;
}

/**
 * parts cuts a ticket where a column is full, between its rows where it can and inside a row that is taller than a column: what hangs over says
 * again whose it is. The last of most parts takes all that is left, and scrolls.
 */
export function parts(all: readonly Row[], room: Room, most: number): Part[] {
	const cut: Row[][] = [[]];
	const left = [...all];
	for (let row = left.shift(); row; row = left.shift()) {
		const at = cut.length - 1;
		const into = cut[at] as Row[];
		const space = holds(room, at, left.length === 0) - high(into, room);
		if (height(row, room) - between <= space || cut.length >= most) {
			into.push(row);
			continue;
		}
		const fitsNext = height(row, room) - between <= holds(room, at + 1, left.length === 0);
		const [now, rest] = fitsNext ? [undefined, row] : tear(row, room, holds(room, at, false) - high(into, room));
		if (now) into.push(now);
		if (!now && into.length === 0 && holds(room, at, false) >= holds(room, at + 1, false)) into.push(rest); // no column is high enough
		else if (rest) {
			cut.push([]);
			left.unshift(rest);
		}
	}
	return cut.map((rows, index) => {
		const frame = room.high - holds(room, index, index === cut.length - 1);
		return { rows, index, of: cut.length, high: Math.min(room.high, frame + Math.max(0, high(rows, room) - between)) };
	});
}

/** holds is what a part has for its rows. */
function holds(room: Room, index: number, last: boolean): number {
	const closer = room.low ? (index === 0 ? spared.head : 0) + (last ? spared.foot : 0) : 0;
	return room.high - around + closer - room.edge - (index === 0 ? room.banners : again) + (last ? 0 : torn);
}

function high(rows: readonly Row[], room: Room): number {
	return rows.reduce((sum, r) => sum + height(r, room), 0);
}

/** tear takes as much of a row as there is space for. What is left over has at least one word less; nothing is torn off when not even one fits. */
function tear(row: Row, room: Room, space: number): [Row | undefined, Row] {
	const now: Row = { ...row, left: [...row.left], right: [...row.right], changes: [...row.changes], notes: [...row.notes] };
	const rest: Row = { ...row, key: `${row.key}…`, again: true, base: [], cut: '', left: [], right: [], changes: [], notes: [], contains: '' };
	while (height(now, room) - between > space) {
		const from = (['notes', 'changes'] as const).find((of) => now[of].length > 0);
		if (now.contains) [now.contains, rest.contains] = ['', now.contains];
		else if (from === 'notes') rest.notes.unshift(now.notes.pop() as string);
		else if (from) rest.changes.unshift(now.changes.pop() as Change);
		else if (now.left.length + now.right.length > 0) {
			const side = now.left.length >= now.right.length ? 'left' : 'right';
			rest[side].unshift(now[side].pop() as Change);
		} else return [undefined, row];
	}
	const said = now.left.length + now.right.length + now.changes.length + now.notes.length + (now.contains ? 1 : 0);
	return now.again && said === 0 ? [undefined, row] : [now, rest];
}
