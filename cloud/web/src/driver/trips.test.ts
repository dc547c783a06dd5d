import { expect, test } from 'vitest';
import { alive, cash, houses, trips, type Trip } from './trips.ts';
import type { Offer } from './wire.ts';

const start = Date.parse('2026-07-03T18:00:00.000Z');
const house = { name: 'One', latitude: 1, longitude: 2 };
const offer = (id: string, more: Partial<Offer> = {}): Offer => ({
	id, order_id: `o-${id}`, state: 'open', at: '2026-07-03T18:00:00.000Z', expires_at: '2026-07-03T18:00:30.000Z', restaurant: house, drop: null, ready_at: null, cash_due: null, because: [], ...more,
});

test('what is of one trip is one card, in the sequence of its doors', () => {
	const all = trips([offer('b', { trip: 't', stop: 1 }), offer('a', { trip: 't', stop: 0 }), offer('c', { trip: 'u', stop: 0 })]);
	expect(all.map((t) => [t.id, t.offers.map((o) => o.id)])).toEqual([['t', ['a', 'b']], ['u', ['c']]]);
});

test('a cloud that names no trips offers each order by itself', () => {
	expect(trips([offer('a'), offer('b')]).map((t) => t.id)).toEqual(['a', 'b']);
});

test('a card says each place to fetch from once, and the cash of all doors', () => {
	const [t] = trips([
		offer('a', { trip: 't', stop: 0, ready_at: '2026-07-03T18:05:00.000Z', cash_due: { minor: 1200, currency: 'USD' } }),
		offer('b', { trip: 't', stop: 1, ready_at: '2026-07-03T18:09:00.000Z' }),
		offer('c', { trip: 't', stop: 2, restaurant: { ...house, name: 'Two' }, cash_due: { minor: 800, currency: 'USD' } }),
	]);
	if (!t) throw new Error('no trip');
	expect(houses(t).map((h) => [h.spot?.name, h.ready])).toEqual([['One', '2026-07-03T18:09:00.000Z'], ['Two', null]]);
	expect(cash(t)).toEqual({ minor: 2000, currency: 'USD' });
	expect(cash({ id: 'x', offers: [offer('x')] })).toBeUndefined();
});

test('an offer whose time is up goes by itself where there is no signal, and as the cloud says where there is', () => {
	const at = (s: number) => new Date(start + s * 1000).toISOString();
	const trip: Trip = { id: 't', offers: [{ ...offer('a', {}), at: at(0), expires_at: at(30) }, { ...offer('b', {}), at: at(0), expires_at: at(20) }] };
	const on = (s: number, lost: boolean, heard = 0) => alive(trip, start + s * 1000, lost, start + heard * 1000);
	expect([on(19, true), on(20, true), on(25, false)]).toEqual([true, false, true]);
	// A phone's clock that is slow by ten minutes: the whole time since the cloud was heard last is over.
	expect([on(-600, true, -600), on(-581, true, -600), on(-580, true, -600)]).toEqual([true, true, false]);
	expect(alive({ id: 't', offers: [] }, start, false, start)).toBe(false);
});
