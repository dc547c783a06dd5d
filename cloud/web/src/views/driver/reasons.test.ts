import { cleanup, render } from '@testing-library/svelte';
import { tick } from 'svelte';
import { afterEach, expect, test, vi } from 'vitest';
import type { Shift } from '../../driver/shift.svelte.ts';
import type { Stop } from '../../driver/wire.ts';
import { words } from '../../words/driver/words.ts';
import StopCard from './StopCard.svelte';

const stop = (status: string) => ({
	order_id: 'o1', number: 7, restaurant_id: 'r1', status, version: 8, customer: { name: 'Ada' }, address: null,
	promise: { from: '2026-07-03T18:20:00.000Z', to: '2026-07-03T18:30:00.000Z' }, ready: null, cash_due: null, items: 1,
}) as unknown as Stop;
const card = (status: string) => {
	const done = vi.fn();
	const shift = { stops: [], restaurant: () => undefined, houseOf: () => '', do: done } as unknown as Shift;
	const props = { stop: stop(status), shift, now: 0, place: 1, of: 1 };
	const { rerender } = render(StopCard, props);
	return { done, becomes: async (next: string) => rerender({ ...props, stop: stop(next) }) };
};
const names = () => [...document.querySelectorAll('button')].map((b) => b.textContent.trim());
async function press(text: string): Promise<void> {
	[...document.querySelectorAll('button')].find((b) => b.textContent.trim() === text)?.click();
	await tick();
}

afterEach(() => cleanup());

test('who asks for the reasons stands at their heading, and a reason is said of what was asked', async () => {
	const { done } = card('DriverAssigned');
	await press(words.verb.give_back);
	expect(document.activeElement?.textContent).toBe(words.backTitle);
	expect(names()).toEqual([...words.backReasons, words.back]);
	await press('breakdown');
	expect(done.mock.calls.map((c) => c.slice(1) as unknown[])).toEqual([['give_back', 'breakdown']]);
});

test('reasons that are open are gone when the order moves on: no finger finds another verb under it', async () => {
	const { becomes } = card('DriverAssigned');
	await press(words.verb.give_back);
	await becomes('PickedUp');
	expect(names().some((n) => words.reasons.includes(n) || words.backReasons.includes(n))).toBe(false);
	expect(names()).toContain(words.verb.fail);
	await becomes('DriverAssigned');
	expect(names(), 'nor do they come back by themselves').toContain(words.verb.give_back);
});
