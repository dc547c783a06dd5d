import type { Item, Ticket } from '@awesome/ui';
import { here, type View } from './stations.ts';
import { sizeLetter } from './rows.ts';

export interface Count {
	name: string;
	count: number;
}

/** allDay counts what is still to be made in the tickets that a display shows: never anything else, so the two cannot disagree. */
export function allDay(tickets: Ticket[], view: View): { items: Count[]; changes: Count[] } {
	const items = new Map<string, number>();
	const changes = new Map<string, number>();
	for (const ticket of tickets) {
		if (ticket.voided) continue;
		for (const item of here(ticket, view)) {
			if (item.state === 'done') continue;
			add(items, named(item));
			for (const c of item.toppings ?? []) if (c.amount !== 'none') add(changes, c.name ?? c.topping);
		}
	}
	return { items: ranked(items), changes: ranked(changes) };
}

function named(item: Item): string {
	const letter = sizeLetter(item.size);
	return letter ? `${letter} ${item.name}` : item.name;
}

function add(map: Map<string, number>, key: string): void {
	map.set(key, (map.get(key) ?? 0) + 1);
}

function ranked(map: Map<string, number>): Count[] {
	return [...map].map(([name, count]) => ({ name, count })).sort((a, b) => b.count - a.count || a.name.localeCompare(b.name));
}
