import { beforeEach, expect, test } from 'vitest';
import { menu } from '../testing.ts';
import { Basket, nameOf, sizeNameOf } from './basket.svelte.ts';
import { changesOf } from './changes.ts';

const margherita = { product: 'margherita', size: 'large', quantity: 1 };

beforeEach(() => localStorage.clear());

test('the same thing again is more of it, another thing is another line', () => {
	const b = new Basket('r1');
	b.add(margherita);
	b.add({ size: 'large', quantity: 2, product: 'margherita' });
	b.add({ ...margherita, note: 'well done' });
	expect(b.lines.map((l) => l.quantity)).toEqual([3, 1]);
	expect(b.pieces).toBe(4);
	expect(b.items(menu)).toBe(4 * 1499);
});

test('another crust is another line, and what must not be in one is said of one or of all', () => {
	const b = new Basket('r1');
	b.add(margherita);
	b.add({ ...margherita, crust: 'thin' });
	expect(b.rows).toHaveLength(2);
	b.avoid(['milk'], b.rows[1]?.key);
	expect(b.lines.map((l) => l.avoid)).toEqual([undefined, ['milk']]);
	b.add({ ...margherita, crust: 'thin' });
	expect(b.rows).toHaveLength(3);
	b.avoid(['nuts']);
	expect(new Basket('r1').lines.map((l) => l.avoid)).toEqual([['nuts'], ['nuts'], ['nuts']]);
	b.avoid([]);
	expect(b.lines.some((l) => 'avoid' in l)).toBe(false);
});

test('a basket survives a reload, each restaurant has its own', () => {
	new Basket('r1').add(margherita);
	expect(new Basket('r1').lines).toEqual([margherita]);
	expect(new Basket('r2').lines).toEqual([]);
});

test('none of it is out of the basket, and more than fifty is fifty', () => {
	const b = new Basket('r1');
	b.add(margherita);
	const key = b.rows[0]?.key ?? -1;
	b.count(key, 80);
	expect(b.pieces).toBe(50);
	b.count(key, 0);
	expect(b.rows).toEqual([]);
	expect(localStorage.length).toBe(0);
});

test('a changed line stays in its place', () => {
	const b = new Basket('r1');
	b.add(margherita);
	b.add({ product: 'cola', size: 'regular', quantity: 1 });
	b.replace(b.rows[0]?.key ?? -1, { ...margherita, size: 'small' });
	expect(b.lines.map((l) => l.size)).toEqual(['small', 'regular']);
});

test('what the menu no longer has is taken out and counted', () => {
	const b = new Basket('r1');
	b.add(margherita);
	b.add({ product: 'calzone', size: 'large', quantity: 2 });
	expect(b.fit(menu)).toBe(1);
	expect(b.lines).toEqual([margherita]);
});

test('a browser that keeps nothing still sells', () => {
	const set = Storage.prototype.setItem;
	Storage.prototype.setItem = () => {
		throw new DOMException('full', 'QuotaExceededError');
	};
	try {
		const b = new Basket('r1');
		b.add(margherita);
		expect(b.pieces).toBe(1);
	} finally {
		Storage.prototype.setItem = set;
	}
});

test('lines have names people know', () => {
	const line = { product: 'diavola', half: 'hawaii', size: 'medium', quantity: 1 };
	expect(nameOf(menu, line)).toBe('Diavola / Hawaii');
	expect(sizeNameOf(menu, line)).toBe('Medium');
	expect(sizeNameOf(menu, { product: 'cola', quantity: 1 })).toBe('');
});

test('changes are said in words', () => {
	const words = {
		crust: 'Crust', sauce: 'Sauce', cut: 'Cut',
		without: 'without',
		amount: { none: 'none', light: 'light', normal: 'normal', extra: 'extra', double: 'double' },
		placement: { whole: 'whole', left: 'left half', right: 'right half' },
	};
	const toppings = [{ topping: 'basil', amount: 'none' as const }, { topping: 'olives', placement: 'left' as const, amount: 'extra' as const }, { topping: 'ham' }];
	expect(changesOf({ ...margherita, toppings }, words, menu)).toEqual(['without Fresh basil', 'extra Black olives, left half', '+ Cooked ham']);
	expect(changesOf({ ...margherita, toppings: [{ topping: 'cherry_tomatoes' }] }, words)).toEqual(['+ cherry tomatoes']);
	const chosen = { ...margherita, crust: 'gluten_free', sauce: 'bbq', cut: '6_slices' };
	expect(changesOf(chosen, words, menu)).toEqual(['Crust: Gluten-free', 'Sauce: Barbecue', 'Cut: 6 slices']);
	expect(changesOf(chosen, words)).toEqual(['Crust: gluten free', 'Sauce: bbq', 'Cut: 6 slices']);
});
