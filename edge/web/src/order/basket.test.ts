import type { MenuTopping, Product } from '@awesome/ui';
import { expect, it } from 'vitest';
import { Basket } from './basket.svelte.ts';

const size = (id: string, price_minor: number) => ({ id, name: id, price_minor });
const pizza = (id: string, price: number): Product => ({
	id, name: id, category: 'pizza', description: '', sizes: [size('small', price - 300), size('large', price)], toppings: ['basil'],
});
const basil: MenuTopping = { id: 'basil', name: 'Basil', price_minor: { large: 100 } };
const large = size('large', 1499);

it('sends what was chosen and nothing else', () => {
	const b = new Basket();
	const line = b.add(pizza('margherita', 1499), large);
	b.change(line.key, { half: pizza('hawaii', 1599), note: ' well done ' });
	b.top(line.key, basil, 'none', 'left');
	b.count(line.key, 2);
	b.guest.name = ' Ada ';
	expect(b.body()).toEqual({
		channel: 'counter', fulfilment: 'carryout', customer: { name: 'Ada' }, payment: { method: 'cash' },
		lines: [
			{ product: 'margherita', half: 'hawaii', size: 'large', quantity: 2, note: 'well done', toppings: [{ topping: 'basil', placement: 'left', amount: 'none' }] },
		],
	});
	expect(b.list('USD')).toEqual({ minor: 3198, currency: 'USD' }); // two halves cost what the dearer one costs
});

it('another crust, sauce and cut go with the line, cost what they cost, and what must not be in it is held against what is', () => {
	const prices = { small: 0, large: 250 };
	const stuffed = { id: 'stuffed', name: 'Stuffed', price_minor: prices, allergens: ['milk'] };
	const bbq = { id: 'bbq', name: 'Barbecue', price_minor: { small: 50, large: 100 }, topping: 'bbq_sauce' };
	const squares = { id: 'squares', name: 'Squares' };
	const product = { ...pizza('margherita', 1499), crusts: ['classic', 'stuffed'], sauces: ['bbq'], cuts: ['usual', 'squares'] };
	const menu = { version: 1, name: '', currency: 'USD', products: [product], toppings: [basil], crusts: [stuffed], sauces: [bbq], cuts: [squares] };
	const before = new Basket(localStorage);
	before.restore(menu);
	const line = before.add(product, large, { crust: stuffed, sauce: bbq, cut: squares });
	before.change(line.key, { avoid: ['milk', 'nuts'] });
	before.keep();
	expect(before.list('USD').minor).toBe(1499 + 250 + 100);
	expect(before.conflicts(menu).map((c) => c.what)).toEqual([['milk']]);
	const after = new Basket(localStorage);
	after.restore(menu);
	expect(after.body()['lines']).toEqual([{ product: 'margherita', size: 'large', crust: 'stuffed', sauce: 'bbq', cut: 'squares', avoid: ['milk', 'nuts'], quantity: 1 }]);
	const less = new Basket();
	less.again({ fulfilment: 'carryout', lines: [{ product: 'margherita', size: 'large', crust: 'stuffed', quantity: 1, avoid: ['nuts'] }] }, { ...menu, crusts: [] });
	expect([less.missing, less.line(less.lines[0]?.key ?? '')?.crust, less.lines[0]?.avoid]).toEqual([true, undefined, ['nuts']]);
	localStorage.clear();
});

it('a change can be changed and taken back', () => {
	const b = new Basket();
	const { key } = b.add(pizza('margherita', 1499), large);
	b.top(key, basil, 'extra', 'whole');
	b.top(key, basil, 'double', 'right');
	expect(b.line(key)?.toppings).toEqual([{ topping: 'basil', name: 'Basil', placement: 'right', amount: 'double' }]);
	b.top(key, basil, undefined, 'right');
	expect(b.line(key)?.toppings).toEqual([]);
});

it('one less than one is none, and fifty is the most', () => {
	const b = new Basket();
	const { key } = b.add(pizza('margherita', 1499), large);
	b.count(key, 500);
	expect(b.line(key)?.quantity).toBe(50);
	b.count(key, 0);
	expect(b.lines).toEqual([]);
});

it('each order has a key of its own, the same for every try', () => {
	const b = new Basket();
	b.add(pizza('margherita', 1499), large);
	const key = b.key;
	expect(b.key).toBe(key);
	b.clear();
	expect(b.key).not.toBe(key);
	expect(b.lines).toEqual([]);
});

it('a delivery says where to, without a position, and the next one goes to the same town', () => {
	const b = new Basket();
	b.add(pizza('margherita', 1499), large);
	b.channel = 'phone';
	b.fulfilment = 'delivery';
	expect([b.ways.includes('delivery'), b.whole]).toEqual([true, false]);
	b.place = { street: ' 7 Via Roma ', city: 'Firenze', note: '' };
	expect([b.whole, b.body()['address']]).toEqual([true, { street: '7 Via Roma', city: 'Firenze' }]);
	b.clear();
	expect([b.place, b.whole]).toEqual([{ street: '', city: 'Firenze', note: '' }, false]);
});

it('has again what was had before, as far as it is still on the menu', () => {
	const menu = { version: 1, name: '', currency: 'USD', products: [pizza('margherita', 1499)], toppings: [basil] };
	const b = new Basket();
	b.again(
		{
			fulfilment: 'delivery',
			lines: [
				{ product: 'margherita', size: 'large', quantity: 2, toppings: [{ topping: 'basil', amount: 'none' }, { topping: 'gold', amount: 'extra' }], note: 'cut' },
				{ product: 'gone', size: 'large', quantity: 1 },
				{ product: 'margherita', half: 'gone', size: 'large', quantity: 1 },
			],
		},
		menu,
	);
	expect([b.lines.length, b.missing, b.fulfilment]).toEqual([1, true, 'delivery']);
	expect(b.ask()).toMatchObject({ lines: [{ product: 'margherita', quantity: 2, note: 'cut', toppings: [{ topping: 'basil', amount: 'none' }] }] });
	b.clear();
	expect([b.missing, b.ask()]).toEqual([false, undefined]);
});

it('an order for later says when, to the quote as well, and the next one is for now again', () => {
	const b = new Basket();
	b.add(pizza('margherita', 1499), large);
	expect([b.body()['fire_at'], b.ask()?.['fire_at']]).toEqual([undefined, undefined]);
	b.later = Date.UTC(2026, 6, 4, 17, 30);
	expect([b.body()['fire_at'], b.ask()?.['fire_at']]).toEqual(['2026-07-04T17:30:00.000Z', '2026-07-04T17:30:00.000Z']);
	b.clear();
	expect(b.later).toBeUndefined();
});
