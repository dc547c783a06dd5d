import type { Item, Oven, OvenItem, Ticket } from '@awesome/ui';
import { timeLeft } from '../board/ageing.ts';

/** Baking is one thing in an oven: what the oven says of it, and what the kitchen knows. */
export interface Baking {
	slot: number; // 0: nobody knows where
	lying: OvenItem | undefined;
	ticket: Ticket | undefined;
	item: Item | undefined;
	left: number | undefined; // seconds; below zero when it should be out
	done: number; // from 0 to 1 of its bake
}

function baking(slot: number, lying: OvenItem | undefined, ticket: Ticket | undefined, item: Item | undefined, now: number): Baking {
	const left = item ? timeLeft(item, now) : undefined;
	const done = item && left !== undefined && item.bake_seconds > 0 ? 1 - left / item.bake_seconds : 0;
	return { slot, lying, ticket, item, left, done: Math.max(0, Math.min(1, done)) };
}

const inOven = (tickets: readonly Ticket[]) => tickets.flatMap((ticket) => ticket.items.filter((i) => i.state === 'in_oven').map((item) => ({ ticket, item })));

/** lies: an item lies in a slot of an oven: by what the sensor told the kitchen, or by what the oven itself says. */
function lies(oven: Oven, { ticket, item }: { ticket: Ticket; item: Item }): number | undefined {
	if (item.slot) return item.slot.oven === oven.id ? item.slot.slot : undefined;
	return oven.items.find((i) => i.order_id === ticket.order_id && i.item === item.id)?.slot;
}

/** places are the slots of an oven, each with everything that lies in it: a lane of a belt carries several. */
export function places(oven: Oven, tickets: readonly Ticket[], now: number): { slot: number; lying: Baking[] }[] {
	const known = inOven(tickets).map((i) => ({ ...i, slot: lies(oven, i) }));
	return Array.from({ length: oven.slots }, (_, n) => {
		const slot = n + 1;
		const said = oven.items.filter((i) => i.slot === slot);
		const here = known.filter((k) => k.slot === slot).map((k) => baking(slot, said.find((s) => s.item === k.item.id), k.ticket, k.item, now));
		const strangers = said.slice(here.length).map((s) => baking(slot, s, undefined, undefined, now));
		return { slot, lying: [...here, ...strangers].sort((a, b) => b.done - a.done) };
	});
}

/** byHand is what lies in an oven that no sensor has seen: a cook said so. */
export function byHand(ovens: readonly Oven[], tickets: readonly Ticket[], now: number): Baking[] {
	return inOven(tickets)
		.filter((i) => ovens.every((o) => lies(o, i) === undefined))
		.map(({ ticket, item }) => baking(0, undefined, ticket, item, now))
		.sort((a, b) => (a.left ?? 0) - (b.left ?? 0));
}

/** Gauge is where a temperature stands on a scale that its band takes the middle third of; from 0 to 1. */
export interface Gauge {
	low: number;
	high: number;
	at: number;
}

export function gauge(band: { low: number; high: number }, celsius: number): Gauge {
	const width = Math.max(1, band.high - band.low);
	const at = (celsius - (band.low - width)) / (3 * width);
	return { low: 1 / 3, high: 2 / 3, at: Math.max(0.02, Math.min(0.98, at)) };
}
