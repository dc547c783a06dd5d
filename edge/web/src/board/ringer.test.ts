import { expect, it } from 'vitest';
import { calls, everySeconds, Ringer, type Call } from './ringer.ts';
import { item, minutes, ticket } from './testing.ts';

const kinds = (all: Call[]) => all.map((c) => `${c.sound}${c.again ? ' again' : ''}`);
const second = 1000;

it('a new ticket rings until a hand has touched it, on whatever screen', () => {
	const queued = ticket(1, [item('1')]);
	const touched = ticket(1, [item('1', { state: 'making' })], { state: 'preparing' });
	expect(kinds(calls([queued], 'make', minutes(0)))).toEqual(['new again']);
	expect(kinds(calls([touched], 'make', minutes(0)))).toEqual(['new']);
	const ringer = new Ringer();
	expect(ringer.ring(calls([queued], 'make', 0), 0)).toBe('new');
	expect(ringer.ring(calls([queued], 'make', 0), (everySeconds - 1) * second)).toBeUndefined();
	expect(ringer.ring(calls([queued], 'make', 0), everySeconds * second)).toBe('new');
	expect(ringer.ring(calls([touched], 'all', 0), 2 * everySeconds * second)).toBeUndefined();
});

it('a new one rings at once, and those that wait already ring with it, not after it', () => {
	const ringer = new Ringer();
	const [a, b] = [ticket(1, [item('1')]), ticket(2, [item('1')])];
	ringer.ring(calls([a], 'make', 0), 0);
	expect(ringer.ring(calls([a, b], 'make', 0), 5 * second)).toBe('new');
	expect(ringer.ring(calls([a, b], 'make', 0), 16 * second)).toBeUndefined();
	expect(ringer.ring(calls([a, b], 'make', 0), 20 * second)).toBe('new');
});

it('what should be out of the oven is heard before what is new, until it is out', () => {
	const late = ticket(1, [item('1', { station: 'oven', state: 'in_oven', bake_seconds: 360 })], { state: 'baking' });
	const waiting = ticket(2, [item('1')]);
	expect(kinds(calls([late], 'oven', minutes(5)))).toEqual(['new']);
	expect(kinds(calls([late], 'oven', minutes(7)))).toEqual(['overdue again', 'new']);
	expect(new Ringer().ring(calls([waiting, late], 'all', minutes(7)), 0)).toBe('overdue');
});

it('a remake calls until somebody starts it, an order that is complete is said once at the pass', () => {
	const redo = ticket(1, [item('1', { remakes: 1 })], { state: 'preparing' });
	expect(kinds(calls([redo], 'make', minutes(1)))).toEqual(['remake again', 'new']);
	const ready = ticket(1, [item('1', { state: 'done', station: 'pass' })], { state: 'ready' });
	expect(kinds(calls([ready], 'pass', minutes(1)))).toEqual(['ready']);
	const ringer = new Ringer();
	expect([0, 60, 600].map((s) => ringer.ring(calls([ready], 'pass', 0), s * second))).toEqual(['ready', undefined, undefined]);
});

it('one that left and came back rings again', () => {
	const ringer = new Ringer();
	const queued = calls([ticket(1, [item('1')])], 'make', 0);
	ringer.ring(queued, 0);
	ringer.ring([], second);
	expect(ringer.ring(queued, 2 * second)).toBe('new');
});

it('what has to be noted rings until somebody has, above all a voided order; what is held is quiet', () => {
	const at = '2026-07-03T18:01:00.000Z';
	const rushed = ticket(1, [item('1')], { notices: [{ id: '1', kind: 'rush', at }, { id: '2', kind: 'changed', at, acknowledged_at: at }] });
	expect(kinds(calls([rushed], 'make', minutes(1)))).toEqual(['rush again', 'new again']);
	const voided = ticket(2, [item('1')], { voided: true, state: 'voided', notices: [{ id: '1', kind: 'voided', at }] });
	expect(kinds(calls([voided], 'make', minutes(1)))).toEqual(['voided again']);
	expect(new Ringer().ring(calls([rushed, voided], 'make', minutes(1)), 0)).toBe('voided');
	expect(calls([ticket(3, [item('1')], { hold: { at } })], 'make', minutes(1))).toEqual([]);
	expect(kinds(calls([ticket(4, [item('1')], { custody: { touched_at: at } })], 'make', minutes(1)))).toEqual(['new']);
});

it('what shall be started later rings once, and from then on until somebody comes', () => {
	const later = ticket(1, [item('1')], { fire_at: new Date(minutes(10)).toISOString() });
	expect(kinds(calls([later], 'make', minutes(9)))).toEqual(['new']);
	expect(kinds(calls([later], 'make', minutes(10)))).toEqual(['new again']);
});

it('rings again in its time though the clock was set back, or on', () => {
	const late = calls([ticket(1, [item('1')])], 'make', minutes(1));
	const ringer = new Ringer();
	const hour = 3_600_000;
	expect(ringer.ring(late, 2 * hour)).toBe('new');
	expect(ringer.ring(late, hour)).toBe('new');
	expect([ringer.ring(late, hour + 14_000), ringer.ring(late, hour + 15_000)]).toEqual([undefined, 'new']);
});
