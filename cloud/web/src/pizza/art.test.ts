import { expect, test } from 'vitest';
import { menu } from '../testing.ts';
import { draw, layerOf, lookOf } from './art.ts';
import { laid } from './laid.ts';


/** starts of the pieces in a path. */
const pieces = (d: string): string[] => d.match(/M[-\d. ]+/g) ?? [];

test('a pizza is drawn in the same way every time', () => {
	const once = draw({ topping: 'pepperoni', placement: 'whole', amount: 'normal' });
	expect(draw({ topping: 'pepperoni', placement: 'whole', amount: 'normal' })).toEqual(once);
});

test('more of a topping adds pieces and moves none', () => {
	const normal = pieces(draw({ topping: 'salami', placement: 'whole', amount: 'normal' }).outer);
	const double = pieces(draw({ topping: 'salami', placement: 'whole', amount: 'double' }).outer);
	expect(double.length).toBeGreaterThan(normal.length);
	expect(double.slice(0, normal.length)).toEqual(normal);
});

test('a topping on one half stays on its half', () => {
	for (const topping of menu.toppings.filter((t) => layerOf(t.id) === undefined && lookOf(t.id).count > 1).map((t) => t.id)) {
		const left = pieces(draw({ topping, placement: 'left', amount: 'normal' }).outer).length;
		const right = pieces(draw({ topping, placement: 'right', amount: 'normal' }).outer).length;
		const whole = pieces(draw({ topping, placement: 'whole', amount: 'normal' }).outer).length;
		expect(left, topping).toBeGreaterThan(0);
		expect(right, topping).toBeGreaterThan(0);
		expect(left + right, topping).toBeLessThanOrEqual(whole);
	}
});

test('pieces lie well apart, on every pizza', () => {
	for (const topping of ['pepperoni', 'mushrooms', 'jalapenos']) {
		const at = pieces(draw({ topping, placement: 'whole', amount: 'normal' }).outer).map((m) => m.slice(1).trim().split(' ').map(Number));
		const quadrants = new Set(at.map(([x = 0, y = 0]) => `${x > 0}${y > 0}`));
		expect(quadrants.size, topping).toBe(4);
	}
});

test('nothing is drawn of what is taken off', () => {
	expect(draw({ topping: 'ham', placement: 'whole', amount: 'none' }).outer).toBe('');
});

test('a topping that nobody has drawn yet is still seen', () => {
	expect(pieces(draw({ topping: 'truffle', placement: 'whole', amount: 'normal' }).outer).length).toBeGreaterThan(5);
});

test('what lies where: two recipes, then the changes', () => {
	const on = laid(menu, {
		product: 'margherita',
		half: 'marinara',
		size: 'large',
		quantity: 1,
		toppings: [{ topping: 'basil', amount: 'none' }, { topping: 'mushrooms', placement: 'right', amount: 'extra' }],
	});
	expect(on).toContainEqual({ topping: 'tomato_sauce', placement: 'whole', amount: 'normal' });
	expect(on).toContainEqual({ topping: 'mozzarella', placement: 'left', amount: 'normal' });
	expect(on).toContainEqual({ topping: 'garlic', placement: 'right', amount: 'normal' });
	expect(on).toContainEqual({ topping: 'mushrooms', placement: 'right', amount: 'extra' });
	expect(on.some((l) => l.topping === 'basil')).toBe(false);
});
