import type { Change, Item, Ticket } from '@awesome/ui';

/** A row of a ticket: the items of one line that are made alike. */
export interface Row {
	key: string;
	items: Item[]; // all of them at this display
	todo: Item[]; // of which these are not done here
	name: string;
	half: string | undefined; // the name of the right half
	size: string; // S, M, L; empty when the product has only one
	changes: Change[]; // for the whole
	left: Change[];
	right: Change[];
	notes: string[];
	allergy: string; // what the guest wrote, when it speaks of an allergy
	remake: boolean;
}

const letters: Record<string, string> = { small: 'S', medium: 'M', large: 'L', regular: '' };

/** sizeLetter is the one letter a cook looks for. */
export function sizeLetter(size: string | undefined): string {
	if (!size) return '';
	return letters[size] ?? size.slice(0, 2).toUpperCase();
}

/** speaksOfAllergy: a note that must not be overlooked. */
export function speaksOfAllergy(note: string): boolean {
	return /allerg|intoleran|c(o)?eliac|zöliakie|celiac|anaphyla/i.test(note);
}

/** remade: something of the ticket is made again. */
export function remade(ticket: Ticket): boolean {
	return ticket.items.some((i) => (i.remakes ?? 0) > 0 && i.state !== 'done');
}

/** rows groups items by their line; what is made again stands for itself. */
export function rows(items: Item[]): Row[] {
	const groups = new Map<string, Item[]>();
	for (const item of items) {
		const key = `${item.line}${item.remakes ? `/${item.id}` : ''}`;
		groups.set(key, [...(groups.get(key) ?? []), item]);
	}
	return [...groups].map(([key, group]) => row(key, group));
}

function row(key: string, items: Item[]): Row {
	const first = items[0] as Item;
	const changes = first.toppings ?? [];
	const note = first.note?.trim() ?? '';
	const allergy = speaksOfAllergy(note) ? note : '';
	return {
		key,
		items,
		todo: items.filter((i) => i.state !== 'done'),
		name: first.half_name ? first.name.replace(` / ${first.half_name}`, '') : first.name,
		half: first.half_name,
		size: sizeLetter(first.size),
		changes: changes.filter((c) => !c.placement || c.placement === 'whole'),
		left: changes.filter((c) => c.placement === 'left'),
		right: changes.filter((c) => c.placement === 'right'),
		notes: note && !allergy ? [note] : [],
		allergy,
		remake: items.some((i) => (i.remakes ?? 0) > 0),
	};
}

/** split: the row is drawn as two columns. */
export function split(row: Row): boolean {
	return row.half !== undefined || row.left.length > 0 || row.right.length > 0;
}

/** between is the gap that keeps a finger from hitting two rows. */
const between = 12;

/** height estimates how many pixels a row takes in a card of this inner width, a little too much rather than too little. */
export function height(row: Row, width: number): number {
	const text = width - 124; // beside quantity and size
	const lines = (s: string, px: number, perChar: number) => Math.max(1, Math.ceil((s.length * perChar) / px));
	let h = 10;
	if (split(row)) {
		const half = (width - 20) / 2;
		const column = (name: string, changes: Change[]) =>
			32 * lines(`__${name}`, half, 14.5) + changes.reduce((n, c) => n + 8 + 30 * lines(label(c), half - 20, 14), 0);
		h += 66 + Math.max(column(row.name, row.left), column(row.half ?? row.name, row.right));
	} else {
		h += Math.max(62, 34 * lines(row.name, text, 14.5));
	}
	h += row.changes.reduce((n, c) => n + 7 + 31 * lines(label(c), width - 40, 14), 0);
	for (const note of row.notes) h += 8 + 26 * lines(note, width - 40, 10.5);
	return Math.max(72, h) + between;
}

function label(c: Change): string {
	return `extra ${c.name ?? c.topping}`;
}

/** Part of a ticket that fills one cell of the grid. */
export interface Part {
	rows: Row[];
	index: number;
	of: number;
}

/** torn is how much more room a part has that continues elsewhere: no names and no buttons stand under it. */
const torn = 70;

/**
 * parts cuts a ticket where a cell is full; room is what the last part has for its rows. Every part has at least one row; the last of
 * most parts takes all that is left, and scrolls.
 */
export function parts(all: Row[], width: number, room: number, most: number): Part[] {
	const heights = new Map(all.map((r) => [r, height(r, width)]));
	const high = (rows: Row[]) => rows.reduce((sum, r) => sum + (heights.get(r) ?? 0), 0) - between;
	const cut: Row[][] = [[]];
	for (const r of all) {
		const last = cut[cut.length - 1] as Row[];
		if (last.length > 0 && high([...last, r]) > room + torn && cut.length < most) cut.push([r]);
		else last.push(r);
	}
	const last = cut[cut.length - 1] as Row[];
	if (last.length > 1 && high(last) > room && cut.length < most) cut.push(last.splice(-1)); // what stands above its buttons must fit too
	return cut.map((rows, index) => ({ rows, index, of: cut.length }));
}
