import { beforeEach, expect, it } from 'vitest';
import { Clock } from './clock.svelte.ts';
import { Device } from './device.svelte.ts';

beforeEach(() => localStorage.clear());

it('remembers its name, station, theme and sound', () => {
	const first = new Device();
	expect([first.view, first.theme, first.sound]).toEqual([undefined, 'dark', true]);
	first.choose('cut');
	first.turnTheme();
	first.turnSound();
	const again = new Device();
	expect([again.id, again.view, again.theme, again.sound]).toEqual([first.id, 'cut', 'light', false]);
});

it('remembers how loud it is, what it stays silent about, and the keys it was taught', () => {
	const first = new Device();
	expect(first.volume).toBe(3);
	first.setVolume(1);
	first.turnEvent('ready');
	first.teach(first.keys.teach('bump', { key: 'F5', ctrlKey: false, altKey: false, metaKey: false, repeat: false }));
	const again = new Device();
	expect([again.volume, again.hears('ready'), again.hears('new'), again.keys.key('bump')]).toEqual([1, false, true, 'F5']);
	again.turnSound();
	expect(new Device().sound).toBe(false);
	again.turnSound();
	again.turnEvent('ready');
	expect([new Device().volume, new Device().hears('ready')]).toEqual([1, true]);
	again.setVolume(99);
	expect(new Device().volume).toBe(4);
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
