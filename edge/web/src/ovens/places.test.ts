import type { Oven } from '@awesome/ui';
import { expect, it } from 'vitest';
import { item, minutes, ticket } from '../board/testing.ts';
import { byHand, gauge, places } from './places.ts';

const oven = (more: Partial<Oven> = {}): Oven => ({ id: 'deck', kind: 'deck', state: 'ok', slots: 2, chambers: [], items: [], ...more });
const baking = (id: string, more = {}) => item(id, { station: 'oven', state: 'in_oven', bake_seconds: 360, ...more });

it('a slot has what the sensor saw there, with what is left of its bake', () => {
	const t = ticket(1, [baking('1', { slot: { oven: 'deck', slot: 2 } })]);
	const [one, two] = places(oven(), [t], minutes(3));
	expect(one?.lying).toEqual([]);
	expect(two?.lying.map((b) => [b.ticket?.number, b.left, b.done])).toEqual([[1, 180, 0.5]]);
	expect(places(oven({ id: 'belt' }), [t], minutes(3)).flatMap((p) => p.lying)).toEqual([]);
});

it('a lane of a belt carries several, the furthest first, and what nobody knows is drawn too', () => {
	const tickets = [ticket(1, [baking('1', { slot: { oven: 'belt', slot: 1 } })]), ticket(2, [baking('1', { slot: { oven: 'belt', slot: 1 }, since: new Date(minutes(-2)).toISOString() })])];
	const belt = oven({ id: 'belt', kind: 'belt', slots: 1, items: ['a', 'b', 'c'].map(() => ({ slot: 1, since: new Date(minutes(0)).toISOString() })) });
	expect(places(belt, tickets, minutes(1))[0]?.lying.map((b) => b.ticket?.number)).toEqual([2, 1, undefined]);
});

it('what a cook put in by hand lies in no slot', () => {
	const t = ticket(1, [baking('1'), baking('2', { slot: { oven: 'deck', slot: 1 } }), item('3')]);
	expect(byHand([oven()], [t], minutes(7)).map((b) => [b.item?.id, b.left])).toEqual([['1', -60]]);
	const told = oven({ items: [{ slot: 1, since: new Date(minutes(0)).toISOString(), order_id: t.order_id, item: '1' }] });
	expect(byHand([told], [t], minutes(1))).toEqual([]);
});

it('the band is the middle of the gauge, and a cold oven stands at its foot', () => {
	const at = (c: number) => gauge({ low: 280, high: 320 }, c).at;
	expect([at(300), at(20), at(900)]).toEqual([0.5, 0.02, 0.98]);
	expect(at(279)).toBeLessThan(1 / 3);
	expect(gauge({ low: 250, high: 250 }, 250).at).toBeGreaterThan(0);
});
