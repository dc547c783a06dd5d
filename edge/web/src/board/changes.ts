import type { Item, LineOf, Notice, Ticket } from '@awesome/ui';
import { house } from '../words/house.ts';
import { words } from '../words/words.ts';
import { named, sizeLetter } from './rows.ts';
import { open } from './stations.ts';

/** News of a line that nobody has taken note of yet. */
export type News = 'isNew' | 'isChanged';

/** news says whether an item is of a line that was added or changed, as long as nobody has taken note of it. */
export function news(ticket: Ticket, item: Item): News | undefined {
	for (const n of open(ticket).toReversed()) {
		const line = n.lines?.find((l) => l.now && same(l.now, item));
		if (line) return line.was ? 'isChanged' : 'isNew';
	}
	return undefined;
}

function same(line: LineOf, item: Item): boolean {
	const toppings = (of: LineOf['toppings']) => (of ?? []).map((t) => `${t.topping} ${t.placement || 'whole'} ${t.amount || 'normal'}`).sort().join();
	return (
		line.product === item.product && (line.half ?? '') === (item.half ?? '') && (line.size ?? '') === (item.size ?? '') &&
		(line.crust ?? '') === (item.crust ?? '') && (line.sauce ?? '') === (item.sauce ?? '') && (line.cut ?? '') === (item.cut ?? '') &&
		(line.avoid ?? []).join() === (item.avoid ?? []).join() && (line.note ?? '').trim() === (item.note ?? '').trim() && toppings(line.toppings) === toppings(item.toppings)
	);
}

/** told is what a notice of a change says, a line for each. */
export function told(notice: Notice): { sign: '+' | '−' | '→'; text: string }[] {
	return (notice.lines ?? []).map(({ was, now }) => {
		if (!now) return { sign: '−', text: was ? called(was) : '' };
		if (!was) return { sign: '+', text: called(now) };
		const before = called(was);
		return { sign: '→', text: before === called(now) ? before : `${called(now)} (${house.wasBefore(before)})` };
	});
}

function called(l: LineOf): string {
	const what = [`${l.quantity}×`, sizeLetter(l.size), l.name ?? l.product].filter(Boolean).join(' ');
	const choices = [[words.crust, l.crust], [words.sauce, l.sauce], [words.cut, l.cut]].flatMap(([of, id]) => (id ? [`${of} ${id.replaceAll('_', ' ')}`] : []));
	return [what, ...choices, ...(l.avoid?.length ? [`${words.allergy}: ${named(l.avoid)}`] : [])].join(', ');
}
