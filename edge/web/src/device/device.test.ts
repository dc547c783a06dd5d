import { beforeEach, expect, it } from 'vitest';
import { Clock } from './clock.svelte.ts';
import { Device } from './device.svelte.ts';

beforeEach(() => localStorage.clear());

it('remembers its name, station, theme and sound', () => {
	const first = new Device();
	expect([first.view, first.theme, first.sound]).toEqual([undefined, 'dark', false]);
	first.choose('cut');
	first.turnTheme();
	first.turnSound();
	const again = new Device();
	expect([again.id, again.view, again.theme, again.sound]).toEqual([first.id, 'cut', 'light', true]);
});

it('works where nothing can be remembered', () => {
	const refuses = { getItem: () => { throw new Error('denied'); }, setItem: () => { throw new Error('denied'); } } as unknown as Storage;
	const device = new Device(refuses);
	device.choose('oven');
	expect(device.view).toBe('oven');
});

it('forgets a station that there is not', () => {
	localStorage.setItem('awesome.view', 'bar');
	expect(new Device().view).toBeUndefined();
});

it('goes by the node, not by the tablet', () => {
	const clock = new Clock();
	clock.tell('2031-01-01T00:00:00.000Z');
	expect(clock.now).toBe(Date.parse('2031-01-01T00:00:00.000Z'));
	expect(Math.abs(clock.local - Date.now())).toBeLessThan(1000);
	clock.tell('nonsense');
	expect(clock.now).toBe(Date.parse('2031-01-01T00:00:00.000Z'));
});
