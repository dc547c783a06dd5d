import type { Menu } from '@awesome/ui';
import { cleanup, render } from '@testing-library/svelte';
import { flushSync } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Basket } from './basket.svelte.ts';
import Caller from './Caller.svelte';
import { Desk } from './desk.svelte.ts';

const guests: Record<string, object> = {
	'555-0100': { phone: '555-0100', name: 'Alice Able', orders: [], addresses: [{ street: '1 Alice Street', city: 'Springfield' }] },
	'555-0199': { phone: '555-0199', name: 'Bob Best', orders: [], addresses: [] },
};

beforeEach(() => {
	vi.useFakeTimers();
	vi.stubGlobal('fetch', (url: string) => {
		const guest = guests[decodeURIComponent(url.split('phone=')[1] ?? '')];
		return Promise.resolve(new Response(JSON.stringify(guest ?? { code: 'no_such_customer', title: '', status: 404 }), { status: guest ? 200 : 404 }));
	});
});

afterEach(() => {
	cleanup();
	vi.useRealTimers();
	vi.unstubAllGlobals();
});

async function calls(basket: Basket, phone: string): Promise<void> {
	basket.guest.phone = phone;
	flushSync();
	await vi.advanceTimersByTimeAsync(1000);
}

it('takes out what another number filled in, and keeps what somebody typed', async () => {
	const basket = new Basket(localStorage);
	basket.fulfilment = 'delivery';
	render(Caller, { basket, desk: new Desk('till'), menu: {} as Menu });
	await calls(basket, '555-0100');
	expect([basket.guest.name, basket.place.street]).toEqual(['Alice Able', '1 Alice Street']);
	await calls(basket, '555-0199');
	expect([basket.guest.name, basket.place.street]).toEqual(['Bob Best', '']);
	basket.guest.name = 'Bob’s mother';
	basket.place.street = '2 Other Street';
	await calls(basket, '555-0100');
	expect([basket.guest.name, basket.place.street]).toEqual(['Bob’s mother', '2 Other Street']);
	await calls(basket, '555-01');
	expect([basket.guest.name, basket.place.street]).toEqual(['Bob’s mother', '2 Other Street']);
});
