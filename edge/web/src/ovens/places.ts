import type { Item, Oven, OvenItem, OvenState, Ticket } from '@awesome/ui';
import { timeLeft } from '../board/ageing.ts';
import { words } from '../words/words.ts';

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
export function places(oven: Oven, tickets: readonly Ticket[], now: number): Place[] {
	const known = inOven(tickets).map((i) => ({ ...i, slot: lies(oven, i) }));
	return Array.from({ length: oven.slots }, (_, n) => {
		const slot = n + 1;
		const said = oven.items.filter((i) => i.slot === slot);
		const here = known.filter((k) => k.slot === slot).map((k) => baking(slot, said.find((s) => s.item === k.item.id), k.ticket, k.item, now));
		const strangers = said.slice(here.length).map((s) => baking(slot, s, undefined, undefined, now));
		return { slot, lying: [...here, ...strangers].sort((a, b) => b.done - a.done) };
	});
}

/** Place is a slot, or what lies beside all slots of its deck: a cook said so, and the deck was full. Number 0 is no slot. */
export interface Place {
	slot: number;
	lying: Baking[];
}

/** Deck is a deck of an oven, or a lane of a belt: how it is, and its places. */
export interface Deck {
	deck: number;
	state: OvenState;
	places: Place[];
}

const decksOf = (oven: Oven) => Math.max(1, oven.kind === 'belt' ? oven.slots : (oven.decks?.length ?? 1));

/** deckOf is the deck that holds a slot, as the schedule counts them: what cannot be shared evenly is on the first ones. */
export function deckOf(oven: Oven, slot: number): number {
	const decks = decksOf(oven);
	if (oven.kind === 'belt') return Math.min(Math.max(1, slot), decks);
	let last = 0;
	for (let deck = 1; deck < decks; deck++) {
		last += Math.max(1, Math.floor(oven.slots / decks) + (deck <= oven.slots % decks ? 1 : 0));
		if (slot <= last) return deck;
	}
	return decks;
}

/** planned is the deck of an oven that the schedule means for an item, or undefined: another oven, or none that there is. */
function planned(oven: Oven, item: Item): number | undefined {
	return item.plan?.oven === oven.id ? Math.min(Math.max(1, item.plan.deck ?? 1), decksOf(oven)) : undefined;
}

/** into says where an item goes in next, oven and deck each a word; nothing when nobody knows. An oven of one deck needs no number. */
export function into(row: { todo: readonly Item[] }, ovens: readonly Oven[]): string[] {
	const item = row.todo[0];
	const oven = ovens.find((o) => o.id === item?.plan?.oven);
	if (item?.state !== 'made' || !item.plan?.oven) return [];
	const deck = oven && decksOf(oven) > 1 ? planned(oven, item) : undefined;
	return [words.into(item.plan.oven), ...(deck ? [oven?.kind === 'belt' ? words.lane(deck) : words.deck(deck)] : [])];
}

/** decks are what an oven is drawn as. What a cook put in by hand lies in the deck that was meant for it, in a slot that is free while there is one. */
export function decks(oven: Oven, tickets: readonly Ticket[], now: number): Deck[] {
	const all = Array.from({ length: decksOf(oven) }, (_, n): Deck => ({ deck: n + 1, state: oven.decks?.find((d) => d.deck === n + 1)?.state ?? oven.state, places: [] }));
	for (const p of places(oven, tickets, now)) all[deckOf(oven, p.slot) - 1]?.places.push(p);
	const hands = inOven(tickets).filter((i) => unseen([oven], i) && !i.item.slot && planned(oven, i.item) !== undefined);
	hands.sort((a, b) => Date.parse(a.item.since ?? '') - Date.parse(b.item.since ?? ''));
	for (const { ticket, item } of hands) {
		const deck = all[(planned(oven, item) ?? 1) - 1];
		const hand = baking(0, undefined, ticket, item, now);
		const free = oven.kind === 'belt' ? deck?.places[0] : deck?.places.find((p) => p.lying.length === 0 && !oven.broken_slots?.includes(p.slot));
		if (free) free.lying = [...free.lying, hand].sort((a, b) => b.done - a.done);
		else deck?.places.push({ slot: 0, lying: [hand] });
	}
	return all;
}

const unseen = (ovens: readonly Oven[], i: { ticket: Ticket; item: Item }) => ovens.every((o) => lies(o, i) === undefined);

/** byHand is what lies in an oven that no sensor has seen, and for which no oven was meant: a cook said so. */
export function byHand(ovens: readonly Oven[], tickets: readonly Ticket[], now: number): Baking[] {
	return inOven(tickets)
		.filter((i) => unseen(ovens, i) && (i.item.slot !== undefined || ovens.every((o) => planned(o, i.item) === undefined)))
		.map(({ ticket, item }) => baking(0, undefined, ticket, item, now))
		.sort((a, b) => (a.left ?? 0) - (b.left ?? 0));
}

/** broken: somebody has to say that it works again, or some deck or place of it. */
export function broken(oven: Oven): boolean {
	return oven.state === 'fault' || (oven.broken_slots?.length ?? 0) > 0 || (oven.decks?.some((d) => d.state === 'fault') ?? false);
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
