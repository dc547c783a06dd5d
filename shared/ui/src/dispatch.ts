import type { Explained } from './why/reasons.ts';
import type { Instant, KitchenState, Place } from './wire.ts';

// Who brings what, as head office and the counter look at it.

/** How far an order is on its way to the door. */
export type DeliveryState = 'none' | 'unassigned' | 'assigned' | 'picked_up' | 'out_for_delivery' | 'delivered' | 'failed';

/** One sentence of why the plan does what it does: which, and what it is about. */
export interface Reason {
	key: string;
	n: number | null;
	name: string | null;
	of?: number | null; // n of so many
}

export const priorities = ['usual', 'raised', 'first'] as const;
export type Priority = (typeof priorities)[number];

/** What the plan makes of an order. */
export interface Outlook extends Explained {
	driver_id: string | null;
	stop: number;
	arrives: Instant | null;
	pick_up: Instant | null;
	door: Instant | null;
	late_s: number;
	runner_up: string | null;
	dearer_min: number;
	stuck: boolean;
}

/** An order to deliver, and what the plan makes of it. */
export interface Planned {
	order_id: string;
	number: number | null;
	restaurant_id: string;
	kitchen: KitchenState;
	delivery: DeliveryState;
	drop: Place | null;
	placed_at: Instant | null;
	promise: { from: Instant; to: Instant };
	ready: Instant | null;
	driver_id: string | null;
	by_hand: boolean;
	offered_to: string | null;
	priority?: { is: Priority; because: string; said: boolean };
	plan: Outlook;
}

/** Duty is a driver on shift, and the way the plan has for him: orders in the sequence of their doors. */
export interface Duty {
	id: string;
	name: string;
	vehicle: string;
	status: 'offline' | 'available' | 'busy' | 'on_break' | 'end_of_shift';
	status_at?: Instant | null; // since when
	silent_since?: Instant | null; // on shift or with a bag, and nothing was heard of him since
	position: (Place & { at: Instant }) | null;
	orders: string[];
	takes?: number; // orders that fit at a time
	shift_end?: Instant | null; // null: open end
	way: string[];
	wait_near?: { restaurant_id: string; as_of: Instant; because: string; reasons?: Reason[] } | null; // where an idle driver had better be
	elsewhere?: number; // orders of other restaurants, which are not shown here
}

/** What a plan comes to. */
export interface Sum {
	late: number;
	late_min: number;
	click_to_door_min: number;
	nobody: number;
}

/** Board is what there is to bring, who can bring it, and what the plan makes of it. */
export interface Board {
	as_of: Instant;
	restaurants: (Place & { id: string })[];
	drivers: Duty[];
	orders: Planned[];
	totals: Sum;
}

export interface WhatIf {
	now: Sum;
	then: Sum;
}

/** goes is how much an order goes before others. */
export function goes(o: Planned): Priority {
	return o.priority?.is ?? 'usual';
}

/** bearer is who brings an order: who has it, or whom the plan means to send. */
export function bearer(o: Planned): string | null {
	return o.driver_id ?? o.plan.driver_id;
}

/** movable: nobody has fetched it yet. */
export function movable(o: Planned): boolean {
	return o.delivery === 'unassigned' || o.delivery === 'assigned';
}

export const standings = ['gone', 'stuck', 'open', 'planned', 'asked', 'agreed', 'by_hand', 'in_bag', 'on_road'] as const;
export type Standing = (typeof standings)[number];

/** standing is how far an order is on its way to somebody who brings it. */
export function standing(o: Planned): Standing {
	if (o.driver_id !== null && o.plan.stuck) return 'gone'; // wherever the food is
	if (o.delivery === 'out_for_delivery') return 'on_road';
	if (o.delivery === 'picked_up') return 'in_bag';
	if (o.driver_id !== null) return o.by_hand ? 'by_hand' : 'agreed';
	if (o.offered_to !== null) return 'asked';
	if (o.plan.driver_id !== null) return 'planned';
	return o.plan.stuck ? 'stuck' : 'open';
}

/** slack is by how many minutes an order will be early (below 0: late) at its door; undefined while nobody can say. */
export function slack(o: Planned, now: number): number | undefined {
	const promised = Date.parse(o.promise.to);
	if (o.plan.door === null) return now > promised ? -Math.ceil((now - promised) / 60_000) : undefined;
	const door = Math.max(Date.parse(o.plan.door), now); // a forecast that is over was wrong
	return door > promised ? -Math.ceil((door - promised) / 60_000) : Math.floor((promised - door) / 60_000);
}

export interface Lane {
	id: string; // of the driver; '' for nobody, '?' for drivers who are not on shift
	driver: Duty | undefined;
	orders: Planned[];
}

/** onDuty: on shift, or with something to bring whatever the phone says. */
export function onDuty(d: Duty): boolean {
	return (d.status !== 'offline' && d.status !== 'end_of_shift') || d.orders.length > 0 || d.way.length > 0 || (d.elsewhere ?? 0) > 0;
}

/** called is how a driver is told from the others: by the name, and by the end of the id where two have the same. */
export function called(d: Duty, all: readonly Duty[]): string {
	return all.some((x) => x.id !== d.id && x.name === d.name) ? `${d.name} ${d.id.slice(-4)}` : d.name;
}

/** away: on no shift, so that nobody knows whether the phone will tell him anything. */
export function away(d: Duty): boolean {
	return d.status === 'offline' || d.status === 'end_of_shift';
}

/** full: has as many orders as fit, as far as the cloud says what fits. */
export function full(d: Duty): boolean {
	return d.takes !== undefined && d.orders.length >= d.takes;
}

const cooking = new Set<Planned['kitchen']>(['queued', 'preparing', 'baking', 'quality_check', 'ready']);

/** unbrought: the plan knows nobody who could bring it now, and its kitchen works on it or somebody should be on the way. The sum of them is what the cloud counts as nobody's. */
export function unbrought(o: Planned): boolean {
	return o.plan.door === null && (o.plan.stuck || (movable(o) && cooking.has(o.kitchen)));
}

/** Stake is what hangs on a driver of whom nothing is heard. */
export interface Stake {
	fetched: Planned[]; // with him, wherever that is
	waiting: Planned[]; // still at the restaurant
	elsewhere: number; // of restaurants that are not shown
}

/** stake is what hangs on a driver. */
export function stake(d: Duty, b: Board): Stake {
	const shown = new Set(b.orders.map((o) => o.order_id));
	const his = b.orders.filter((o) => o.driver_id === d.id);
	return {
		fetched: his.filter((o) => !movable(o)),
		waiting: his.filter(movable),
		elsewhere: (d.elsewhere ?? 0) + d.orders.filter((id) => !shown.has(id)).length,
	};
}

/** counted: people can count on him to bring something, or have to think of what he has. */
function counted(d: Duty): boolean {
	return onDuty(d) && (!d.silent_since || d.orders.length > 0 || d.way.length > 0 || (d.elsewhere ?? 0) > 0);
}

/** byName sorts drivers: those on duty first, and of them who is silent with nothing to bring last. */
export function byName(x: Duty, y: Duty): number {
	return Number(onDuty(y)) - Number(onDuty(x)) || Number(counted(y)) - Number(counted(x)) || x.name.localeCompare(y.name) || x.id.localeCompare(y.id);
}

/** lanes are the orders by who brings them: first those of nobody, then each driver's, always in the same sequence of drivers. */
export function lanes(b: Board): Lane[] {
	const promised = (o: Planned) => Date.parse(o.promise.to);
	const sorted = [...b.orders].sort((x, y) => Number(y.plan.stuck) - Number(x.plan.stuck) || promised(x) - promised(y));
	const of = (has: (o: Planned) => boolean) => sorted.filter(has);
	const known = new Set(b.drivers.map((d) => d.id));
	const place = (d: Duty, o: Planned) => (d.way.includes(o.order_id) ? d.way.indexOf(o.order_id) : d.way.length);
	const absent = of((o) => bearer(o) !== null && !known.has(bearer(o) ?? ''));
	return [
		{ id: '', driver: undefined, orders: of((o) => bearer(o) === null) },
		...(absent.length > 0 ? [{ id: '?', driver: undefined, orders: absent }] : []),
		...[...b.drivers]
			.sort(byName)
			.map((d) => ({ id: d.id, driver: d, orders: of((o) => bearer(o) === d.id).sort((x, y) => place(d, x) - place(d, y)) }))
			.filter((l) => l.orders.length > 0 || onDuty(l.driver)),
	];
}

/** wayOf is where a driver goes, by the plan: from where he was seen last over the restaurants of what is not fetched to the doors. */
export function wayOf(b: Board, d: Duty): Place[] {
	const out: Place[] = d.position ? [d.position] : [];
	let at = '';
	for (const id of d.way) {
		const o = b.orders.find((x) => x.order_id === id);
		if (!o?.drop) continue;
		const house = b.restaurants.find((r) => r.id === o.restaurant_id);
		if (movable(o) && house && at !== house.id) {
			out.push(house);
			at = house.id; // the rest of this bag is fetched with it
		}
		out.push(o.drop);
	}
	return out.length > 1 ? out : [];
}

const underWay = 300_000; // ms: no answer is for nearly so long

/** older: a board is of before the one that is shown. One of long before is of a clock that was set since: what comes last holds. */
export function older(asOf: Instant, shown: Instant): boolean {
	const by = Date.parse(shown) - Date.parse(asOf);
	return by > 0 && by < underWay;
}

/** betterBy tells which sums of a plan one driver more would change. */
export function betterBy(w: WhatIf): { late: boolean; door: boolean; nobody: boolean } {
	const round = Math.round;
	return { late: w.now.late !== w.then.late, door: round(w.now.click_to_door_min) !== round(w.then.click_to_door_min), nobody: w.now.nobody !== w.then.nobody };
}
