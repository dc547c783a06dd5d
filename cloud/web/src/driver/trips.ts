import type { Money } from '@awesome/ui';
import { cashOf } from './stops.ts';
import type { Offer, Spot } from './wire.ts';

/** A Trip is what is fetched together and brought on one way: it is offered on one card, and taken or left as a whole. */
export interface Trip {
	id: string;
	offers: Offer[]; // in the sequence of their doors
}

/** trips puts offers together that are of one trip. An older cloud names none: then each is its own. */
export function trips(offers: Offer[]): Trip[] {
	const all = new Map<string, Offer[]>();
	for (const o of offers) {
		const id = o.trip || o.id;
		all.set(id, [...(all.get(id) ?? []), o]);
	}
	return [...all].map(([id, of]) => ({ id, offers: of.sort((x, y) => (x.stop ?? 0) - (y.stop ?? 0) || x.id.localeCompare(y.id)) }));
}

/** houses are where a trip is fetched, each once, with the time when the last of its orders is ready there. */
export function houses(trip: Trip): { spot: Spot | null; ready: string | null }[] {
	const all = new Map<string, { spot: Spot | null; ready: string | null }>();
	for (const o of trip.offers) {
		const key = o.restaurant ? `${o.restaurant.name} ${o.restaurant.latitude} ${o.restaurant.longitude}` : '';
		const known = all.get(key);
		if (!known) all.set(key, { spot: o.restaurant, ready: o.ready_at });
		else if (o.ready_at && (!known.ready || Date.parse(o.ready_at) > Date.parse(known.ready))) known.ready = o.ready_at;
	}
	return [...all.values()];
}

/** cash is what all doors of a trip pay together; undefined: nobody pays in cash. */
export function cash(trip: Trip): Money | undefined {
	return cashOf(trip.offers);
}

/** secondsLeft to answer an offer. The phone's clock may be wrong, so it is never more than the whole time. */
export function secondsLeft(offer: Offer, now: number): number {
	const whole = Date.parse(offer.expires_at) - Date.parse(offer.at);
	return Math.ceil(Math.max(0, Math.min(whole, Date.parse(offer.expires_at) - now)) / 1000);
}

/** first is the offer of a trip that ends first: with it ends the trip. */
export function first(trip: Trip): Offer | undefined {
	return trip.offers.reduce<Offer | undefined>((x, y) => (x && Date.parse(x.expires_at) <= Date.parse(y.expires_at) ? x : y), undefined);
}

/** alive: it can still be answered. While the cloud answers it alone says so, whatever this phone's clock says; without signal nobody takes back what is over, so that time does: by the clock, or the whole of it since the cloud was heard last. */
export function alive(trip: Trip, now: number, lost: boolean, heardAt: number): boolean {
	const o = first(trip);
	if (!lost || !o) return o !== undefined;
	return secondsLeft(o, now) > 0 && now - heardAt < Date.parse(o.expires_at) - Date.parse(o.at);
}
