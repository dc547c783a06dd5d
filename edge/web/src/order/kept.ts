import type { Fulfilment } from '@awesome/ui';
import type { Guest } from './basket.svelte.ts';
import type { OrderLine, Place } from './shapes.ts';

/** Kept is an order in the making as it is written down. */
export interface Kept {
	at: number; // when, in ms since 1970
	key: string;
	sent: boolean;
	channel: 'counter' | 'phone';
	fulfilment: Fulfilment;
	payment: 'cash' | 'card_at_door';
	guest: Guest;
	place: Required<Place>;
	confirmed: boolean;
	later: number | undefined;
	lines: OrderLine[];
}

const name = 'awesome.basket.1';
const longest = 12 * 3_600_000; // a shift: who was on the phone yesterday has eaten elsewhere
const most = 200; // lines

/** write puts it on the shelf. */
export function write(shelf: Storage | undefined, kept: Kept): void {
	try {
		shelf?.setItem(name, JSON.stringify(kept));
	} catch {
		// full or switched off: it lives as long as the page
	}
}

export function forget(shelf: Storage | undefined): void {
	try {
		shelf?.removeItem(name);
	} catch {
		// as above
	}
}

/** read finds what was kept, if it is young enough and whole. */
export function read(shelf: Storage | undefined, now: number): Kept | undefined {
	try {
		const kept = JSON.parse(shelf?.getItem(name) ?? 'null') as unknown;
		return whole(kept) && Math.abs(now - kept.at) < longest ? kept : undefined;
	} catch {
		return undefined;
	}
}

const thing = (v: unknown): v is Record<string, unknown> => typeof v === 'object' && v !== null;
const texts = (v: unknown, ...fields: string[]) => thing(v) && fields.every((f) => typeof v[f] === 'string');

/** whole: it is what write wrote, and not something else under that name. */
function whole(v: unknown): v is Kept {
	return (
		thing(v) && typeof v['at'] === 'number' && typeof v['sent'] === 'boolean' && typeof v['confirmed'] === 'boolean' && texts(v, 'key') &&
		['counter', 'phone'].includes(String(v['channel'])) && ['carryout', 'dine_in', 'curbside', 'delivery'].includes(String(v['fulfilment'])) &&
		['cash', 'card_at_door'].includes(String(v['payment'])) && texts(v['guest'], 'name', 'phone') && texts(v['place'], 'street', 'city', 'note') &&
		(v['later'] === undefined || typeof v['later'] === 'number') && Array.isArray(v['lines']) && v['lines'].length <= most && v['lines'].every(line)
	);
}

function line(v: unknown): boolean {
	return texts(v, 'product', 'size', 'note') && thing(v) && Number.isInteger(v['quantity']) && Number(v['quantity']) >= 1 && Number(v['quantity']) <= 50 && Array.isArray(v['toppings']) && v['toppings'].every((t) => texts(t, 'topping')) &&
		['crust', 'sauce', 'cut'].every((f) => v[f] === undefined || typeof v[f] === 'string') &&
		(v['avoid'] === undefined || (Array.isArray(v['avoid']) && v['avoid'].every((a) => typeof a === 'string')));
}
