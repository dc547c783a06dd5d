import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Clock } from './clock.svelte.ts';

const now = Date.parse('2026-07-03T18:00:00.000Z');

beforeEach(() => vi.useFakeTimers({ now: now - 5_000 }));
afterEach(() => vi.useRealTimers());

it('is the node’s time, whatever the tablet’s is', () => {
	const clock = new Clock();
	const stop = clock.run();
	clock.tell('2026-07-03T18:00:00.000Z');
	vi.advanceTimersByTime(2_000);
	expect([clock.now, clock.local]).toEqual([now + 2_000, now - 3_000]);
	clock.tell('nonsense');
	expect(clock.now).toBe(now + 2_000);
	stop();
});

it('does not go back with a tablet whose clock is set back', () => {
	const clock = new Clock();
	const stop = clock.run();
	clock.tell('2026-07-03T18:00:00.000Z');
	vi.advanceTimersByTime(2_000);
	vi.setSystemTime(Date.now() - 3_600_000);
	vi.advanceTimersByTime(1_000);
	expect(clock.now).toBeGreaterThanOrEqual(now + 2_000);
	expect(clock.now).toBeLessThanOrEqual(now + 3_000);
	vi.advanceTimersByTime(10_000);
	expect(clock.now).toBeGreaterThanOrEqual(now + 12_000);
	expect(clock.local).toBe(Date.now());
	stop();
});
