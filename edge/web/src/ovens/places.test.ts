import type { Oven } from '@awesome/ui';
import { expect, it } from 'vitest';
import { item, minutes, ticket } from '../board/testing.ts';
import { broken, byHand, deckOf, decks, gauge, into, places } from './places.ts';

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

it('slots are on the decks that the schedule counts them to', () => {
	const two = oven({ slots: 5, decks: [1, 2].map((deck) => ({ deck, state: 'ok' as const })) });
	expect([1, 2, 3, 4, 5].map((s) => deckOf(two, s))).toEqual([1, 1, 1, 2, 2]);
	expect([1, 2].map((s) => deckOf(oven({ kind: 'belt' }), s))).toEqual([1, 2]);
	expect([1, 2].map((s) => deckOf(oven(), s))).toEqual([1, 1]);
});

it('what a cook put in by hand lies in the deck that was meant for it, beside the others when that is full', () => {
	const plan = (deck: number) => ({ oven: 'deck', deck, ready: '' });
	const two = oven({ slots: 4, decks: [{ deck: 1, state: 'ok' }, { deck: 2, state: 'fault' }], broken_slots: [3] });
	const t = ticket(1, [
		baking('1', { plan: plan(2) }), baking('2', { plan: plan(2), since: new Date(minutes(1)).toISOString() }), baking('3', { plan: plan(1), slot: { oven: 'deck', slot: 1 } }),
		baking('4', { plan: { oven: 'gone', deck: 1, ready: '' } }), baking('5'),
	]);
	const drawn = decks(two, [t], minutes(2)).map((d) => [d.state, d.places.map((p) => [p.slot, p.lying.map((b) => b.item?.id)])]);
	expect(drawn).toEqual([['ok', [[1, ['3']], [2, []]]], ['fault', [[3, []], [4, ['1']], [0, ['2']]]]]);
	expect(byHand([two], [t], minutes(2)).map((b) => b.item?.id)).toEqual(['4', '5']);
	expect([broken(two), broken(oven()), broken(oven({ state: 'fault' }))]).toEqual([true, false, true]);
	const belt = oven({ id: 'deck', kind: 'belt', slots: 1 });
	expect(decks(belt, [ticket(1, [baking('1', { plan: plan(1) }), baking('2', { plan: plan(1) })])], minutes(1))[0]?.places.map((p) => p.lying.length)).toEqual([2]);
});

it('a line says which oven it goes into next, and which deck of several', () => {
	const to = (more: object, of: Oven) => into({ todo: [item('1', { state: 'made', plan: { oven: 'deck', deck: 2, ready: '' }, ...more })] }, [of]);
	const two = oven({ decks: [{ deck: 1, state: 'ok' }, { deck: 2, state: 'ok' }] });
	expect([to({}, two), to({}, oven()), to({}, oven({ kind: 'belt' })), to({ state: 'in_oven' }, two), to({ plan: undefined }, two)]).toEqual([['→ deck', 'deck 2'], ['→ deck'], ['→ deck', 'lane 2'], [], []]);
});

it('the band is the middle of the gauge, and a cold oven stands at its foot', () => {
	const at = (c: number) => gauge({ low: 280, high: 320 }, c).at;
	expect([at(300), at(20), at(900)]).toEqual([0.5, 0.02, 0.98]);
	expect(at(279)).toBeLessThan(1 / 3);
	expect(gauge({ low: 250, high: 250 }, 250).at).toBeGreaterThan(0);
});
