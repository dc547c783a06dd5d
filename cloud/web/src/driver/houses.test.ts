import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Shift } from './shift.svelte.ts';

beforeEach(() => {
	localStorage.clear();
	vi.stubGlobal('WebSocket', undefined);
});
afterEach(() => vi.unstubAllGlobals());

test('a number says whose it is while there are stops of two restaurants', async () => {
	const stop = (id: string, house: string) => ({ order_id: id, number: 4, restaurant_id: house, status: 'DriverAssigned' });
	let stops = [stop('a', 'r1'), stop('b', 'r2')];
	vi.stubGlobal('fetch', async (url: string) => Promise.resolve(new Response(JSON.stringify(url === '/api/restaurants' ? { restaurants: [{ id: 'r1', name: 'Awesome Pizza Main Street' }, { id: 'r2', name: 'Awesome Pizza Harbour' }] } : url.endsWith('/offers') ? { offers: [], stops } : { id: 'd1', name: 'Gina', status: 'available' }))));
	const shift = new Shift();
	await shift.enter('d1', 's');
	await shift.look();
	expect(shift.stops.map((s) => shift.houseOf(s))).toEqual(['Main Street', 'Harbour']);
	stops = [stop('b', 'r2')];
	await shift.look();
	expect(shift.stops.map((s) => shift.houseOf(s))).toEqual(['']);
	shift.leave();
});
