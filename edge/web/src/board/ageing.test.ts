import { expect, it } from 'vitest';
import { age, timeLeft } from './ageing.ts';
import { item, minutes, ticket } from './testing.ts';

it('the make line turns amber after two minutes and red after three', () => {
	const t = ticket(1, [item('1')]);
	expect([1.9, 2, 2.9, 3].map((m) => age(t, 'make', minutes(m)).tone)).toEqual(['fresh', 'warn', 'warn', 'late']);
	expect(age(t, 'make', minutes(2)).seconds).toBe(120);
});

it('the oven counts from the end of the bake', () => {
	const t = ticket(1, [item('1', { station: 'oven', state: 'in_oven', bake_seconds: 360 })]);
	expect([6, 6.4, 6.5, 7].map((m) => age(t, 'oven', minutes(m)).tone)).toEqual(['fresh', 'fresh', 'warn', 'late']);
	expect(timeLeft(item('1', { bake_seconds: 360 }), minutes(5))).toBe(60);
});

it('the shelf counts from when the whole order was ready', () => {
	const t = ticket(1, [item('1', { station: 'pass', state: 'done' })], { state: 'ready' });
	expect([1, 2, 5].map((m) => age(t, 'pass', minutes(m)).tone)).toEqual(['fresh', 'warn', 'late']);
	expect(age({ ...t, state: 'quality_check' }, 'pass', minutes(9)).seconds).toBe(0);
});

it('a forecast behind the promise is amber, a broken promise red, at every station', () => {
	const slow = ticket(1, [item('1')], { ready: '2026-07-03T18:26:00.000Z' });
	expect(age(slow, 'make', minutes(1)).tone).toBe('warn');
	expect(age(slow, 'all', minutes(1)).tone).toBe('warn');
	expect(age(ticket(1, [item('1', { since: '2026-07-03T18:25:30.000Z' })]), 'make', minutes(26)).tone).toBe('late');
});

it('what is held does not age, and what was held has not aged meanwhile', () => {
	const held = ticket(1, [item('1')], { hold: { at: new Date(minutes(1)).toISOString() } });
	expect(age(held, 'all', minutes(60))).toEqual({ seconds: 59 * 60, tone: 'fresh' });
	expect(age(ticket(2, [item('1')], { held_s: 240 }), 'all', minutes(5)).seconds).toBe(60);
});

it('what shall be started later is late with nothing until then, and counts from there', () => {
	const later = ticket(1, [item('1')], { fire_at: new Date(minutes(10)).toISOString(), promise: { from: new Date(minutes(25)).toISOString(), to: new Date(minutes(30)).toISOString() } });
	expect(age(later, 'make', minutes(9))).toEqual({ seconds: 0, tone: 'fresh' });
	expect(age(later, 'make', minutes(12)).tone).toBe('warn');
	expect(age(later, 'make', minutes(13)).tone).toBe('late');
	expect(age({ ...later, state: 'preparing' }, 'make', minutes(5)).tone).toBe('late');
});

it('what is made quickly waits for what bakes, and is late with nothing until then', () => {
	const cola = ticket(1, [item('1', { station: 'sides', plan: { start_at: new Date(minutes(9)).toISOString(), ready: new Date(minutes(10)).toISOString() } })]);
	expect(age(cola, 'sides', minutes(8))).toEqual({ seconds: 0, tone: 'fresh' });
	expect(age(cola, 'sides', minutes(12)).tone).toBe('late');
});

it('a ticket that nobody begins does not grow younger with each new plan: what is late says how old it is, at every station', () => {
	const forgotten = (m: number) => item('1', { plan: { start_at: new Date(minutes(m + 1)).toISOString(), ready: new Date(minutes(m + 9)).toISOString() } });
	const at = (m: number, view: 'make' | 'sides' | 'all') => age(ticket(1, [{ ...forgotten(m), station: view === 'sides' ? 'sides' : 'make' }], { ready: new Date(minutes(m + 9)).toISOString() }), view, minutes(m));
	expect(at(10, 'make')).toEqual({ seconds: 0, tone: 'fresh' }); // it can still be ready in time
	expect(at(20, 'make')).toEqual({ seconds: 20 * 60, tone: 'warn' });
	for (const view of ['make', 'sides', 'all'] as const) expect(at(36, view), view).toEqual({ seconds: 36 * 60, tone: 'late' });
	const later = ticket(2, [forgotten(36)], { fire_at: new Date(minutes(30)).toISOString() });
	expect(age(later, 'make', minutes(36)).seconds).toBe(6 * 60); // it was let wait until then
});

it('where all is shown, what nobody fetches ages too', () => {
	const t = ticket(1, [item('1', { station: 'pass', state: 'done' })], { state: 'ready' });
	expect([1, 2, 5].map((m) => age(t, 'all', minutes(m)).tone)).toEqual(['fresh', 'warn', 'late']);
});
