import { cleanup, fireEvent, render, screen as page } from '@testing-library/svelte';
import { tick } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Menu, Product } from '@awesome/ui';
import { Basket } from './basket.svelte.ts';
import Caller from './Caller.svelte';
import { Desk } from './desk.svelte.ts';
import Sell from './Sell.svelte';
import Stock from './Stock.svelte';

// What is on the page may be another by the time an answer comes.

interface Asked {
	url: string;
	method: string;
	answer: (body: unknown) => Promise<void>;
}
let asked: Asked[];
const found = (end: string) => asked.filter((a) => a.url.includes(end));
const product: Product = { id: 'cola', name: 'Cola', category: 'drink', description: '', sizes: [{ id: 'regular', name: '', price_minor: 250 }] };
const menu: Menu = { version: 1, name: '', currency: 'USD', products: [product], toppings: [] };

beforeEach(() => {
	vi.useFakeTimers();
	HTMLDialogElement.prototype.showModal = function () {
		this.open = true;
	};
	HTMLDialogElement.prototype.close = function () {
		this.open = false;
	};
	asked = [];
	vi.stubGlobal('fetch', (url: string, init: RequestInit) => new Promise<Response>((done) => {
		const answer = async (body: unknown) => {
			done(new Response(JSON.stringify(body)));
			await vi.advanceTimersByTimeAsync(1);
			await tick();
		};
		asked.push({ url, method: init.method ?? '', answer });
	}));
});

afterEach(() => {
	cleanup();
	vi.useRealTimers();
	vi.unstubAllGlobals();
});

it('who was called before does not get into the order of whoever is on the phone now', async () => {
	const basket = new Basket();
	render(Caller, { basket, desk: new Desk('s'), menu });
	basket.guest.phone = '+390551111';
	await vi.advanceTimersByTimeAsync(400);
	basket.guest.phone = '+390552222';
	await vi.advanceTimersByTimeAsync(400);
	const ada = { phone: '+390551111', name: 'Ada', addresses: [{ street: 'Via Roma 7', city: 'Firenze' }], orders: [] };
	await found('1111')[0]?.answer(ada);
	expect([basket.guest.name, basket.place.street]).toEqual(['', '']);
	await found('2222')[0]?.answer({ ...ada, phone: '+390552222', name: 'Bea' });
	expect([basket.guest.name, basket.place.street]).toEqual(['Bea', 'Via Roma 7']);
	basket.clear();
	basket.guest.phone = '+390551111';
	await vi.advanceTimersByTimeAsync(400);
	basket.clear(); // it was placed, and the next one begins
	await tick();
	await found('1111')[1]?.answer(ada);
	expect([basket.guest.name, basket.place.street]).toEqual(['', '']);
});

it('what shall be bought does not become what was thrown away', async () => {
	render(Stock, { desk: new Desk('s') });
	await tick();
	await found('/api/stock')[0]?.answer({ ingredients: [{ id: 'flour', name: 'Flour', unit: 'g', on_hand: 5, tracked: true }] });
	await fireEvent.click(page.getByRole('button', { name: 'Order' }));
	await fireEvent.click(page.getByRole('button', { name: 'Throw away' }));
	await found('purchase-order')[0]?.answer({ lines: [{ ingredient: 'flour', name: 'Flour', unit: 'g', quantity: 9000, packs: 1, pack: 9000, on_hand: 5, urgent: false }] });
	expect((page.getByLabelText(/: Flour$/) as HTMLInputElement).value).toBe('');
});

it('what was put in while the order was on its way is not lost without a word', async () => {
	const basket = new Basket();
	const size = product.sizes[0] as Product['sizes'][0];
	basket.add(product, size);
	render(Sell, { basket, desk: new Desk('s'), menu, gone: undefined, till: false, lost: false, renewals: 0, now: Date.now(), onchange: () => undefined });
	await fireEvent.keyDown(document.body, { key: 'Enter', ctrlKey: true });
	const sent = asked.find((a) => a.url === '/api/orders');
	expect(sent?.method).toBe('POST');
	basket.add(product, size);
	const total = { minor: 250, currency: 'USD' };
	await sent?.answer({ id: 'o1', number: 7, fulfilment: 'carryout', customer: { name: '' }, lines: [{ product: 'cola', name: 'Cola', quantity: 1 }], totals: { total }, bill: { due: total }, kitchen: { state: 'queued' }, status: 'Queued', placed_at: '2026-07-03T18:00:00.000Z', payment: { method: 'cash' } });
	expect(basket.lines).toHaveLength(2);
	expect(page.getByRole('dialog').textContent).toMatch(/was taken already/);
});
