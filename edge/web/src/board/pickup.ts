import type { Ticket } from '@awesome/ui';

/** Called is a number on the guests' board. */
export interface Called {
	id: string;
	number: number;
	name: string; // the first one only, if one was given
}

/** Pickup is what guests see who wait: what is nearly theirs, and what is. */
export interface Pickup {
	almost: Called[]; // the longest in the oven first
	ready: Called[]; // the last one ready first
	more: { almost: number; ready: number }; // for which there is no room
}

export const most = 16;

/** pickup makes the board of those who fetch their food or eat here. A delivery is nobody's who stands before it. */
export function pickup(tickets: readonly Ticket[]): Pickup {
	const here = tickets.filter((t) => t.number > 0 && t.fulfilment !== 'delivery' && !t.recovered);
	const since = (t: Ticket) => Date.parse(t.since);
	const almost = here.filter((t) => t.state === 'baking' || t.state === 'quality_check').sort((a, b) => since(a) - since(b) || a.number - b.number);
	const ready = here.filter((t) => t.state === 'ready').sort((a, b) => since(b) - since(a) || b.number - a.number);
	return {
		almost: almost.slice(0, most).map(called),
		ready: ready.slice(0, most).map(called),
		more: { almost: Math.max(0, almost.length - most), ready: Math.max(0, ready.length - most) },
	};
}

function called(t: Ticket): Called {
	return { id: t.order_id, number: t.number, name: firstName(t.customer) };
}

/** firstName leaves the rest of a name out of sight, and all of it when it is a table, a phone number or a whole sentence. */
export function firstName(customer: string): string {
	const [first = '', ...rest] = customer.trim().split(/\s+/);
	return /^\p{L}[\p{L}'’-]{0,19}$/u.test(first) && rest.length < 4 && !/\d/.test(customer) ? first : '';
}
