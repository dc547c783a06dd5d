import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Clock } from './clock.svelte.ts';
import { clockRange, clockTime, instant, msOf, wallTime } from './time.ts';

const at = new Date(2026, 6, 3, 15, 5, 9).getTime();
const plain = (s: string) => s.replace(/[\u2009\u202f\u00a0]/g, ' ');

beforeEach(() => vi.useFakeTimers({ now: at }));
afterEach(() => vi.useRealTimers());

test('times are written as people write them where they are', () => {
	expect(plain(clockTime(at, 'en-US'))).toBe('3:05 PM');
	expect(clockTime(at, 'it')).toBe('15:05');
	expect(plain(clockRange(at, at + 600_000, 'en-US'))).toBe('3:05 – 3:15 PM');
	expect(wallTime(at)).toBe('15:05');
	expect(wallTime(at, true)).toBe('15:05:09');
});

test('an instant there and back', () => {
	expect(msOf(instant(at))).toBe(at);
});

test('the clock ticks until it is stopped', () => {
	const c = new Clock();
	const stop = c.run();
	vi.advanceTimersByTime(3000);
	expect(c.since(instant(at))).toBe(3);
	stop();
	vi.advanceTimersByTime(3000);
	expect(c.since(at)).toBe(3);
	expect(c.since(at + 60_000)).toBe(0);
});
