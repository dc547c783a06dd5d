import type { Change, Item, Ticket } from '@awesome/ui';
import { words } from '../words/words.ts';

/** Base is what a pizza is made of under its toppings. */
export interface Base {
	what: string;
	name: string;
}

/** A row of a ticket: the items of one line that are made alike. */
export interface Row {
	key: string;
	items: Item[]; // all of them at this display
	todo: Item[]; // of which these are not done here
	name: string;
	half: string | undefined; // the name of the right half
	size: string; // S, M, L; empty when the product has only one
	base: Base[]; // crust and sauce, when they are not the usual ones
	cut: string; // how it is cut, where that matters
	avoid: string; // what must not be in it
	changes: Change[]; // for the whole
	left: Change[];
	right: Change[];
	notes: string[];
	allergy: string; // what the guest wrote, when it speaks of an allergy
	contains: string; // allergens, where they are said
	remake: boolean;
	again?: boolean; // what did not fit into the column before
}

const letters: Record<string, string> = { small: 'S', medium: 'M', large: 'L', regular: '' };

/** sizeLetter is the one letter a cook looks for. */
export function sizeLetter(size: string | undefined): string {
	if (!size) return '';
	return letters[size] ?? size.slice(0, 2).toUpperCase();
}

/** speaksOfAllergy: a note that must not be overlooked, in the languages that guests write in. What has to be avoided says it better. */
export function speaksOfAllergy(note: string): boolean {
	const plain = note.normalize('NFD').replace(/\p{M}/gu, '');
	return /al+erg|intol+er|c(?:o?e|œ)lia[cq]|z(?:o|oe)liak|ana(?:ph|f)[iy]la|unvertra(?:e)?glich/i.test(plain);
}

/** named are allergens in words. */
export function named(allergens: readonly string[]): string {
	return allergens.map((a) => words.allergen[a] ?? a).join(', ');
}

/** harms says whom an item could harm: what must not be in it, and what of that is. */
function harms(item: Pick<Item, 'avoid' | 'conflict'>): string {
	const avoid = named(item.avoid ?? []);
	return item.conflict?.length ? `${avoid} (${words.isInIt(named(item.conflict))})` : avoid;
}

/** remade: something of the ticket is made again. */
export function remade(ticket: Ticket): boolean {
	return ticket.items.some((i) => (i.remakes ?? 0) > 0 && i.state !== 'done');
}

/**
 * rows groups items by their line; what is made again stands for itself. Allergens are said where who takes the food can ask, the cut where
 * somebody has a knife or looks into the box.
 */
export function rows(items: Item[], allergens = false, cut = true): Row[] {
	const groups = new Map<string, Item[]>();
	for (const item of items) {
		const key = `${item.line}${item.remakes ? `/${item.id}` : ''}`;
		groups.set(key, [...(groups.get(key) ?? []), item]);
	}
	return [...groups].map(([key, group]) => row(key, group, allergens, cut));
}

function row(key: string, items: Item[], allergens: boolean, cut: boolean): Row {
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
		base: [
			...(first.crust_name ? [{ what: words.crust, name: first.crust_name }] : []),
			...(first.sauce_name ? [{ what: words.sauce, name: first.sauce_name }] : []),
		],
		cut: cut ? (first.cut_name ?? '') : '',
		avoid: harms(first),
		changes: changes.filter((c) => !c.placement || c.placement === 'whole'),
		left: changes.filter((c) => c.placement === 'left'),
		right: changes.filter((c) => c.placement === 'right'),
		notes: note && !allergy ? [note] : [],
		allergy,
		contains: allergens && first.allergens?.length ? `${words.contains} ${named(first.allergens)}` : '',
		remake: items.some((i) => (i.remakes ?? 0) > 0),
	};
}

/** split: the row is drawn as two columns. */
export function split(row: Row): boolean {
	return row.half !== undefined || row.left.length > 0 || row.right.length > 0;
}

/** said is a row in words, for whoever hears it. */
export function said(row: Row): string {
	const changes = [...row.changes, ...row.left, ...row.right].map((c) => `${words.amount[c.amount ?? 'normal']} ${c.name ?? c.topping}`);
	return [`${row.todo.length}× ${row.size} ${row.name}${row.half ? ` / ${row.half}` : ''}`.replace('  ', ' '), ...changes].join(', ');
}

/** allergies are what must not be overlooked, once each: what has to be avoided first, and then the guests' words. */
export function allergies(ticket: Ticket): string[] {
	return [...new Set([...ticket.items.map(harms).filter(Boolean), ...ticket.items.map((i) => i.note?.trim() ?? '').filter(speaksOfAllergy)])];
}
