import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { distance } from '@awesome/ui/map/ground';
import { Guest, phoneOf } from './guest.svelte.ts';
import { Pin } from './pin.svelte.ts';
import { moodOf, sells, sorted, type Restaurant } from './restaurant.ts';
import { Shop, whereFrom } from './shop.svelte.ts';
import { metres, opensAt } from './when.ts';

const up = { state: 'up' as const, since: null, heard: null };
const down = { ...up, state: 'down' as const };
const r1: Restaurant = { id: 'r1', name: 'Main Street', address: '10 Main St', latitude: 40.741, longitude: -73.989, radius_km: 8, time_zone: 'America/New_York', state: 'open', link: up };

beforeEach(() => localStorage.clear());
afterEach(() => vi.unstubAllGlobals());

test.each([
	['open', r1],
	['busy', { ...r1, ahead: 12 }],
	['paused', { ...r1, state: 'paused' as const }],
	['unreachable', { ...r1, state: 'paused' as const, link: down }],
	['queueing', { ...r1, offline_policy: 'queue' as const, link: down }],
	['closed', { ...r1, state: 'closed' as const, link: down }],
] as const)('a restaurant is said to be %s when it is', (mood, r) => {
	expect(moodOf(r)).toBe(mood);
	expect(sells(mood)).toBe(['open', 'busy', 'queueing'].includes(mood));
});

test('restaurants that sell come first, in their own order', () => {
	const list = [{ ...r1, id: 'a', state: 'closed' as const }, { ...r1, id: 'b' }, { ...r1, id: 'c', link: down }, { ...r1, id: 'd' }];
	expect(sorted(list).map((r) => r.id)).toEqual(['b', 'd', 'c', 'a']);
});

test('opening times are told on the restaurant’s own clock', () => {
	const now = Date.parse('2026-07-03T10:00:00Z'); // 06:00 in New York
	expect(opensAt('2026-07-03T15:00:00Z', 'America/New_York', 'en-GB', now)).toBe('11:00');
	expect(opensAt('2026-07-04T15:00:00Z', 'America/New_York', 'en-GB', now)).toBe('Sat 11:00');
});

test('distances are as round as they are known', () => {
	expect([metres(347, 'en'), metres(2440, 'en'), metres(2440, 'it')]).toEqual(['350 m', '2.4 km', '2,4 km']);
});

test('the address bar knows where the guest is', () => {
	expect(whereFrom('')).toEqual({ basket: false });
	expect(whereFrom('#/r1')).toEqual({ restaurant: 'r1', basket: false });
	expect(whereFrom('#/r%201/basket')).toEqual({ restaurant: 'r 1', basket: true });
});

test.each([
	['+1 (202) 555-0123', '+12025550123'],
	['0039 347 123.4567', '+393471234567'],
	['202 555 0123', undefined],
	['+0 123 456 789', undefined],
	['', undefined],
])('the number %j is %j', (typed, number) => expect(phoneOf(typed)).toBe(number));

describe('a guest', () => {
	test('is asked for all that a delivery needs, and for less when fetching it', () => {
		const g = new Guest();
		expect(g.missing()).toEqual(['name', 'phone', 'street', 'city', 'door']);
		g.tell({ fulfilment: 'carryout', name: 'Ada', phone: '+12025550123' });
		expect(g.missing()).toEqual([]);
		expect(g.basket('r1', [])).toEqual({ restaurant_id: 'r1', fulfilment: 'carryout', channel: 'web', customer: { name: 'Ada', phone: '+12025550123' }, lines: [], payment: { method: 'cash' } });
	});

	test('is remembered in this browser', () => {
		new Guest().tell({ name: 'Ada', street: '1 Main St', city: 'Springfield', note: ' ', door: { latitude: 40.7, longitude: -74 } });
		expect(new Guest().basket('r1', []).address).toEqual({ street: '1 Main St', city: 'Springfield', latitude: 40.7, longitude: -74 });
	});

	test('gets a quote for the restaurant’s own place until the pin stands', () => {
		const g = new Guest();
		expect(g.early([], r1).address).toEqual({ latitude: 40.741, longitude: -73.989 });
		g.tell({ door: { latitude: 40.75, longitude: -74 } });
		expect(g.early([], r1).address).toEqual({ latitude: 40.75, longitude: -74 });
		g.tell({ fulfilment: 'carryout' });
		expect(g.early([], r1).address).toBeUndefined();
	});
});

describe('the pin', () => {
	test('starts at the restaurant, moves by steps, and tells where it is', () => {
		let door = { latitude: 0, longitude: 0 };
		const pin = new Pin(r1, undefined, (d) => (door = d));
		expect(pin.at).toBeUndefined();
		pin.step(10, 0, pin.view(360, 300));
		expect(pin.away).toBeGreaterThan(0);
		expect(pin.direction).toBe('e');
		expect(door.longitude).toBeGreaterThan(r1.longitude);
		expect(door.latitude).toBeCloseTo(r1.latitude, 5);
	});

	test('comes closer when it is put, and shows the whole area again', () => {
		const pin = new Pin(r1, undefined, () => undefined);
		const wide = pin.view(360, 300).metresPerPixel;
		pin.put({ x: 500, y: 500 });
		expect(pin.view(360, 300).metresPerPixel).toBeLessThan(wide);
		expect(pin.view(360, 300).centre).toEqual({ x: 500, y: 500 });
		pin.zoom(1 / 64);
		expect(pin.widest).toBe(true);
		expect(pin.view(360, 300).metresPerPixel).toBe(wide);
	});

	test('knows when it is outside of the area, and forgets a door in another town', () => {
		const pin = new Pin(r1, undefined, () => undefined);
		pin.put({ x: 8200, y: 0 });
		expect(pin.outside).toBe(true);
		expect(new Pin(r1, { latitude: 45.46, longitude: 9.19 }, () => undefined).at).toBeUndefined();
		const kept = new Pin(r1, { latitude: 40.75, longitude: -73.99 }, () => undefined);
		expect(kept.at && distance(kept.at, { x: 0, y: 0 })).toBeGreaterThan(900);
	});
});

describe('the shop', () => {
	const menu = { version: 1, name: 'm', currency: 'USD', tax_bp: 0, fee_minor: 0, products: [], toppings: [] };

	test('reads restaurants, then the menu of the one that was chosen', async () => {
		vi.stubGlobal('fetch', vi.fn(async (url: string) => Promise.resolve(new Response(JSON.stringify(url.endsWith('/menu') ? menu : { restaurants: [r1] })))));
		const s = new Shop();
		await s.refresh();
		expect(s.restaurants.map((r) => r.id)).toEqual(['r1']);
		await s.go('#/r1');
		expect(s.restaurant?.name).toBe('Main Street');
		expect(s.menu).toEqual(menu);
		expect(s.basket?.rows).toEqual([]);
	});

	test('hears what is sold out, and what is back, while the guest looks', async () => {
		const crusts = [{ id: 'gluten_free', name: 'Gluten-free' }];
		let gone: object | undefined = { products: [], toppings: [], crusts };
		vi.stubGlobal('fetch', vi.fn(async (url: string) => Promise.resolve(new Response(JSON.stringify(url.endsWith('/menu') ? { ...menu, sold_out: gone } : { restaurants: [r1] })))));
		const s = new Shop();
		await s.go('#/r1');
		expect(s.gone.crusts).toEqual(crusts);
		gone = undefined;
		await s.refresh();
		await vi.waitFor(() => expect(s.gone.crusts).toBeUndefined());
	});

	test('keeps what it knows when the cloud cannot be reached, and says so', async () => {
		const f = vi.fn(async () => Promise.resolve(new Response(JSON.stringify({ restaurants: [r1] }))));
		vi.stubGlobal('fetch', f);
		const s = new Shop();
		await s.refresh();
		f.mockRejectedValue(new TypeError('network'));
		await s.refresh();
		expect(s.lost).toBe(true);
		expect(s.restaurants).toHaveLength(1);
	});

	test('stays with the restaurant that was chosen last, whatever becomes of the one before', async () => {
		const lost: (() => void)[] = [];
		vi.stubGlobal('fetch', async (url: string) => (url.includes('/r1/') ? new Promise<Response>((done) => lost.push(() => done(new Response('{"code":"no_such_restaurant"}', { status: 404 })))) : Promise.resolve(new Response(JSON.stringify(menu)))));
		location.hash = '#/r2';
		const s = new Shop();
		const first = s.go('#/r1');
		const second = s.go('#/r2');
		lost[0]?.();
		await Promise.all([first, second]);
		expect([location.hash, s.menu]).toEqual(['#/r2', menu]);
		expect(s.basket).toBeDefined();
	});

	test('goes back to the list when there is no such restaurant', async () => {
		location.hash = '#/nowhere';
		vi.stubGlobal('fetch', vi.fn(async () => Promise.resolve(new Response(JSON.stringify({ code: 'no_such_restaurant', title: '', status: 404 }), { status: 404 }))));
		await new Shop().go('#/nowhere');
		expect(location.hash).toBe('#/');
	});
});
