import type { Instant } from '@awesome/ui';

/** Something in a restaurant that needs a person. */
export interface Alert {
	id: string;
	what: string;
	level: string;
	device: string;
	order_id: string;
	detail: string;
	since: Instant;
	heard: Instant;
}

/** What the fleet says of one restaurant: its open alerts, how much is kept aside or waits, until when its node may speak. */
export interface Trouble {
	alerts: Alert[];
	quarantine: number;
	credential_expires: Instant | null;
}

export const noTrouble: Trouble = { alerts: [], quarantine: 0, credential_expires: null };

/** What one device has sent that is not, or no longer, the restaurant's node. */
export interface Aside {
	device: string;
	reason: string;
	received: Instant;
	events: number;
	orders: string[];
}

/** Whether all of a device is here, by its own word, and which orders wait for that. */
export interface Gone {
	device: string;
	all_here_since: Instant | null;
	waiting: string[];
}

/** Judged is what a person judges: a device, with all that is here of it. There may be nothing but orders that wait. */
export interface Judged extends Omit<Aside, 'received'>, Gone {
	received: Instant | null;
}

/** byDevice puts together what one device has sent over several lives of its link, for a person judges the device. */
export function byDevice(items: Aside[], devices: Gone[] = []): Judged[] {
	const all = new Map<string, Judged>();
	for (const gone of devices) all.set(gone.device, { ...gone, reason: '', received: null, events: 0, orders: [] });
	for (const item of items) {
		const had = all.get(item.device) ?? { device: item.device, all_here_since: null, waiting: [], reason: '', received: null, events: 0, orders: [] };
		all.set(item.device, {
			...had, reason: had.reason || item.reason, received: had.received ?? item.received,
			events: had.events + item.events, orders: [...new Set([...had.orders, ...item.orders])],
		});
	}
	return [...all.values()];
}

const soon = 30 * 24 * 3_600_000; // a node renews at half of 90 days: this late it has failed for a while

/** expiring: the node has not renewed its credential for so long that somebody should look. */
export function expiring(t: Trouble, now: number): boolean {
	return t.credential_expires !== null && Date.parse(t.credential_expires) - now < soon;
}

/** Outcome of letting a device's facts count. */
export interface Outcome {
	projected: number;
	repeated: number;
	unprojectable: number;
	brought: number;
	waiting: number;
}
