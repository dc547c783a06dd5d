import { worse, type Item, type Ticket, type Tone } from '@awesome/ui';
import { here, type View } from './stations.ts';

/** Age is how long a ticket has been waiting for this display, and how bad that is. */
export interface Age {
	seconds: number;
	tone: Tone;
}

/** After how many seconds a ticket turns amber and red at a station; at the oven they count from the end of the bake. */
export const limits: Record<Exclude<View, 'all'>, readonly [warn: number, late: number]> = {
	make: [120, 180],
	sides: [120, 180],
	oven: [30, 60],
	cut: [60, 120],
	pass: [120, 300],
};

const ms = (at: string | undefined) => (at === undefined ? Number.NaN : Date.parse(at));

/** age of a ticket at a display; now is the node's clock in ms. */
export function age(ticket: Ticket, view: View, now: number): Age {
	const promised = againstPromise(ticket, now);
	if (ticket.hold) return { seconds: (now - ms(ticket.hold.at)) / 1000, tone: 'fresh' }; // what is held does not age
	const held = ticket.held_s ?? 0;
	const queued = ms(ticket.queued_at ?? ticket.placed_at);
	const total = (now - queued) / 1000 - held;
	if (view === 'all') return { seconds: total, tone: worse(promised, over(shelf(ticket, now), limits.pass)) };
	const seconds = view === 'pass' ? shelf(ticket, now) : oldest(here(ticket, view), view, now, fires(ticket));
	const tone = over(seconds, limits[view]);
	if (view === 'pass') return { seconds, tone };
	if (view === 'oven') return { seconds: total, tone: worse(tone, promised) }; // how long it still bakes stands on the line
	if (promised === 'fresh') return { seconds, tone };
	const waited = (now - Math.max(queued, fires(ticket))) / 1000 - held; // of what is late a plan says nothing: it moves on with every minute
	return { seconds: Math.max(seconds, waited), tone: worse(tone, promised) };
}

function over(seconds: number, [warn, late]: readonly [number, number]): Tone {
	if (seconds >= late) return 'late';
	return seconds >= warn ? 'warn' : 'fresh';
}

/** shelf is how long the whole order has been ready. */
function shelf(ticket: Ticket, now: number): number {
	return ticket.state === 'ready' ? Math.max(0, (now - ms(ticket.since)) / 1000) : 0;
}

/** fires is when a ticket that was let wait shall be started, or 0: until then nobody is late with it. */
export function fires(ticket: Ticket): number {
	return ticket.state === 'queued' && ticket.fire_at ? ms(ticket.fire_at) : 0;
}

function oldest(items: Item[], view: View, now: number, from: number): number {
	const ages = items.map((i) => (view === 'oven' && i.state === 'in_oven' ? -timeLeft(i, now) : (now - Math.max(ms(i.since), from, wanted(i))) / 1000));
	return Math.max(0, ...ages.filter((s) => !Number.isNaN(s)));
}

/** wanted is when an item that nobody has begun should be, so that the whole order is ready at once; it is in nobody's way before. */
function wanted(item: Item): number {
	return item.state === 'queued' && item.plan?.start_at ? ms(item.plan.start_at) : 0;
}

/** againstPromise: amber when the forecast comes after the promise, red when the promise has passed. */
function againstPromise(ticket: Ticket, now: number): Tone {
	if (ticket.state === 'ready') return 'fresh';
	const promise = ms(ticket.promise.to);
	if (now > promise) return 'late';
	return ms(ticket.ready) > promise ? 'warn' : 'fresh';
}

/** timeLeft in the oven, in seconds; below zero when the item should be out. */
export function timeLeft(item: Item, now: number): number {
	return item.bake_seconds - (now - ms(item.since)) / 1000;
}
