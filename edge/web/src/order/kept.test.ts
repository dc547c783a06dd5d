import type { Menu, Product } from '@awesome/ui';
import { beforeEach, expect, it } from 'vitest';
import { Basket } from './basket.svelte.ts';

const size = (id: string, price_minor: number) => ({ id, name: id, price_minor });
const pizza = (id: string): Product => ({ id, name: id, category: 'pizza', description: '', sizes: [size('small', 999), size('large', 1499)] });
const basil = { id: 'basil', name: 'Basil', price_minor: { large: 100 } };
const menu: Menu = { version: 1, name: '', currency: 'USD', products: [pizza('margherita'), pizza('diavola')], toppings: [basil] };
const now = Date.UTC(2026, 6, 4, 19);
const hour = 3_600_000;

beforeEach(() => localStorage.clear());

/** page is a counter's page as it has just been loaded. */
function page(m = menu, at = now): { basket: Basket; back: boolean } {
	const basket = new Basket(localStorage);
	return { basket, back: basket.restore(m, at) };
}

/** phone takes half an order by phone. */
function phone(): Basket {
	const { basket } = page();
	const [one, other] = [pizza('margherita'), pizza('diavola')];
	const { key } = basket.add(one, size('large', 1499), { half: other, quantity: 2, note: 'cut' });
	basket.top(key, basil, 'double', 'left');
	basket.add(one, size('small', 999));
	basket.channel = 'phone';
	basket.fulfilment = 'delivery';
	basket.payment = 'card_at_door';
	basket.guest = { name: 'Ada', phone: '+39 055 1' };
	basket.place = { street: 'Via Roma 7', city: 'Firenze', note: '' };
	basket.later = now + 3 * hour;
	basket.confirmed = true;
	basket.keep(now);
	return basket;
}

it('a page that is loaded in the middle of an order has it again, letter by letter and under the same key', () => {
	const before = phone();
	const { basket, back } = page();
	expect([back, basket.key, basket.sent]).toEqual([true, before.key, false]);
	expect(JSON.stringify(basket.body())).toBe(JSON.stringify(before.body()));
});

it('what was sent and not answered is known to be so by the next page, and what was refused is not', () => {
	const before = phone();
	before.sending();
	expect(page(menu, Date.now()).basket.sent).toBe(true);
	before.refused();
	expect(page(menu, Date.now()).basket.sent).toBe(false);
});

it('an order that is taken leaves nothing behind, nor does one whose lines were taken out', () => {
	phone().clear();
	expect([localStorage.length, page().back]).toEqual([0, false]);
	const { basket } = page();
	const { key } = basket.add(pizza('diavola'), size('small', 999));
	basket.keep(now);
	expect(localStorage.length).toBe(1);
	basket.count(key, 0);
	basket.keep(now);
	expect(localStorage.length).toBe(0);
});

it('one order more has a key of its own, for the next page as well', () => {
	const before = phone();
	const first = before.key;
	before.sending();
	before.renew();
	const { basket } = page(menu, Date.now());
	expect([basket.key === first, basket.key === before.key, basket.sent]).toEqual([false, true, false]);
});

it('what has left the menu meanwhile is left out, and said', () => {
	phone();
	const { basket } = page({ ...menu, products: [pizza('margherita')] });
	expect([basket.lines.length, basket.missing]).toEqual([1, true]);
});

it('after a shift nobody asks for it any more', () => {
	phone();
	expect(page(menu, now + 12 * hour).back).toBe(false);
	expect(page(menu, now + 11 * hour).back).toBe(true);
	expect(page(menu, now - hour).back).toBe(true); // the clock was set back: what was sent keeps its key
});

it('nothing is written before what is there was read', () => {
	phone();
	new Basket(localStorage).keep(now);
	expect(page().back).toBe(true);
});

it.each(['', 'null', '7', '{}', '[]', 'no JSON', '{"at":1}', JSON.stringify({ at: now, key: 'k', lines: [{}] })])('garbage on the shelf is no order: %s', (text) => {
	localStorage.setItem('awesome.basket.1', text);
	const { basket, back } = page();
	expect([back, basket.lines.length]).toEqual([false, 0]);
});

it('a field that is not what it was is no order either', () => {
	phone();
	const kept = JSON.parse(localStorage.getItem('awesome.basket.1') ?? '') as Record<string, unknown>;
	for (const wrong of [{ channel: 'web' }, { lines: [{ product: 1 }] }, { later: 'soon' }, { guest: null }, { sent: 'yes' }, { lines: Array(201).fill((kept['lines'] as unknown[])[0]) }]) {
		localStorage.setItem('awesome.basket.1', JSON.stringify({ ...kept, ...wrong }));
		expect(page().back, JSON.stringify(wrong).slice(0, 60)).toBe(false);
	}
});

it('a browser that keeps nothing sells all the same', () => {
	const refuses = () => {
		throw new Error('switched off');
	};
	const basket = new Basket({ getItem: refuses, setItem: refuses, removeItem: refuses } as unknown as Storage);
	expect(basket.restore(menu)).toBe(false);
	basket.add(pizza('diavola'), size('small', 999));
	basket.sending();
	basket.clear();
	expect(basket.lines).toEqual([]);
});
