import type { Channel, Fulfilment, Instant, KitchenState, PromiseRange, Status } from '@awesome/ui';
import type { Link } from '../wire.ts';

/** A restaurant at a glance, as the dashboard's stream writes it. */
export interface House {
	id: string;
	name: string;
	link: Link;
	backlog: number; // events the cloud does not have yet
	open: number;
	by_status: Partial<Record<Status, number>>;
	oldest: Instant | null;
	late: number;
	overdue: number;
	drivers_out: number;
	alerts?: number; // open ones
	as_of: Instant;
}

/** An open order in brief. */
export interface QueuedOrder {
	order_id: string;
	number: number | null;
	channel: Channel;
	fulfilment: Fulfilment;
	state: KitchenState;
	status: Status;
	age_s: number;
	promise: PromiseRange;
	ready: Instant | null;
	as_of: Instant;
}

/** The four places an open order can be, as a manager thinks of them. */
export type Place = 'queue' | 'make' | 'ready' | 'road';

const places: Record<Place, Status[]> = {
	queue: ['Created', 'Validated', 'Queued'],
	make: ['Preparing', 'Baking', 'QualityCheck'],
	ready: ['ReadyForPickup', 'DriverAssigned'],
	road: ['PickedUp', 'OutForDelivery'],
};

export const allPlaces = Object.keys(places) as Place[];

export function countAt(h: House, place: Place): number {
	return places[place].reduce((n, s) => n + (h.by_status[s] ?? 0), 0);
}

/** worstFirst: cut off with open orders, then what was not accepted, then late, then the oldest order. */
export function worstFirst(all: House[], now: number): House[] {
	const cut = (h: House) => (h.link.state === 'down' ? (h.open > 0 ? 2 : 1) : 0);
	const age = (h: House) => (h.oldest === null ? 0 : now - Date.parse(h.oldest));
	return [...all].sort((a, b) => cut(b) - cut(a) || b.overdue - a.overdue || b.late - a.late || age(b) - age(a) || a.name.localeCompare(b.name));
}

export interface Sums {
	restaurants: number;
	up: number;
	open: number;
	late: number;
	overdue: number;
	driversOut: number;
	backlog: number;
}

export function sumsOf(all: House[]): Sums {
	const add = (of: (h: House) => number) => all.reduce((n, h) => n + of(h), 0);
	return {
		restaurants: all.length,
		up: add((h) => (h.link.state === 'up' ? 1 : 0)),
		open: add((h) => h.open),
		late: add((h) => h.late),
		overdue: add((h) => h.overdue),
		driversOut: add((h) => h.drivers_out),
		backlog: add((h) => h.backlog),
	};
}

/** isLate: the promise is over, or the kitchen's forecast cannot keep it. */
export function isLate(o: QueuedOrder, now: number): boolean {
	const promised = Date.parse(o.promise.to);
	return now > promised || (o.ready !== null && Date.parse(o.ready) > promised);
}
