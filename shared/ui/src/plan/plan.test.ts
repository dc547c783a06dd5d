import { render, within } from '@testing-library/svelte';
import { expect, it } from 'vitest';
import type { Planned, Standing } from '../dispatch.ts';
import { oneMore } from './onemore.ts';
import PlanFace from './PlanFace.svelte';
import PlanTimes from './PlanTimes.svelte';
import type { PlanWords } from './words.ts';

const at = '2026-07-03T18:00:00.000Z';
const minutes = (n: number) => new Date(Date.parse(at) + n * 60_000).toISOString();
const planned = (more: Partial<Planned> = {}, door: string | null = minutes(20)): Planned => ({
	order_id: 'o1', number: 7, restaurant_id: 'r1', kitchen: 'baking', delivery: 'unassigned', drop: null, placed_at: at, promise: { from: minutes(10), to: minutes(25) },
	ready: minutes(8), driver_id: null, by_hand: false, offered_to: null, ...more,
	plan: { driver_id: 'd1', stop: 0, arrives: minutes(7), pick_up: null, door, late_s: 0, runner_up: null, dearer_min: 0, because: [], stuck: false, ...more.plan },
});
const words: PlanWords = {
	standing: new Proxy({} as Record<Standing, string>, { get: (_, is) => `stands ${String(is)}` }),
	late: (n) => `${n} late`, early: (n) => `${n} early`, unknown: 'nobody knows', ready: 'Ready', arrives: 'Here', pickUp: 'Leaves', door: 'Door', promised: 'Promised',
};
const time = (t: string) => t.slice(11, 16);
const face = (o: Planned, more: { live?: boolean; words?: PlanWords } = {}) => within(render(PlanFace, { o, now: Date.parse(at), words, time, ...more }).container);

it('a card says how far an order is, how much time is to spare, and when it is where', () => {
	const shown = face(planned());
	for (const text of ['7', 'stands planned', '5 early']) expect(shown.getByText(text)).toBeTruthy();
	expect(shown.getByText('Door').parentElement?.textContent).toBe('Door 18:20');
});

it('it says how late an order will be, and that nobody knows', () => {
	expect(face(planned({}, minutes(31))).getByText('6 late').classList.contains('bad')).toBe(true);
	expect(face(planned({}, null)).getByText('nobody knows')).toBeTruthy();
});

it('of a plan that is old nobody knows how much time is to spare', () => {
	const shown = face(planned(), { live: false });
	expect(shown.queryByText('5 early')).toBeNull();
	expect(shown.getByText('18:20')).toBeTruthy();
});

it('that an order goes before others is said where there are words for it', () => {
	const first = planned({ priority: { is: 'first', because: '', said: true } });
	const goes = { usual: '', raised: 'goes before others', first: 'goes first' };
	expect(face(first).queryByText('goes first')).toBeNull();
	expect(face(first, { words: { ...words, goes } }).getByText('goes first')).toBeTruthy();
});

it('what nobody knows yet is a dash among the times', () => {
	const shown = within(render(PlanTimes, { o: planned(), words, time }).container);
	expect(shown.getByText('Leaves').nextElementSibling?.textContent).toBe('–');
	expect(shown.getByText('Promised').nextElementSibling?.textContent).toBe('18:25');
});

it('what one driver more would change is said, and nothing else', () => {
	const sum = { late: 2, late_min: 9, click_to_door_min: 31.4, nobody: 1 };
	const w = { same: 'nothing', thenNobody: (a: number, b: number) => `nobody ${a} ${b}`, thenLate: (a: number, b: number) => `late ${a} ${b}`, thenDoor: (a: number, b: number) => `door ${a} ${b}` };
	expect(oneMore({ now: sum, then: { ...sum, click_to_door_min: 31.1 } }, w)).toBe('nothing');
	expect(oneMore({ now: sum, then: { ...sum, nobody: 0, click_to_door_min: 29.6 } }, w)).toBe('nobody 1 0, door 31 30');
});
