import { expect, test } from 'vitest';
import { allergensOf } from '@awesome/ui';
import { menu } from '../testing.ts';
import type { BasketLine } from '../wire.ts';
import { standard, unitPrice } from './price.ts';


test.each<[string, Omit<BasketLine, 'quantity'>, number]>([
	['a pizza as it is', { product: 'margherita', size: 'large' }, 1499],
	['the only size need not be named', { product: 'cola' }, 249],
	['a topping on the whole', { product: 'margherita', size: 'large', toppings: [{ topping: 'mushrooms' }] }, 1499 + 200],
	['half of it on one half, rounded up', { product: 'margherita', size: 'medium', toppings: [{ topping: 'basil', placement: 'left', amount: 'extra' }] }, 1199 + 19],
	['on the left half', { product: 'margherita', size: 'medium', toppings: [{ topping: 'onion', placement: 'left' }] }, 1199 + 50],
	['extra costs half as much again', { product: 'margherita', size: 'large', toppings: [{ topping: 'mushrooms', amount: 'extra' }] }, 1499 + 300],
	['light costs as much as normal', { product: 'margherita', size: 'large', toppings: [{ topping: 'mushrooms', amount: 'light' }] }, 1499 + 200],
	['twice costs twice', { product: 'margherita', size: 'large', toppings: [{ topping: 'mushrooms', amount: 'double' }] }, 1499 + 400],
	['taking off costs nothing', { product: 'margherita', size: 'large', toppings: [{ topping: 'basil', amount: 'none' }] }, 1499],
	['what lies on it already is paid for', { product: 'margherita', size: 'large', toppings: [{ topping: 'mozzarella', amount: 'normal' }] }, 1499],
	['more of it is not', { product: 'margherita', size: 'large', toppings: [{ topping: 'mozzarella', amount: 'double' }] }, 1499 + 250],
	['two halves cost the dearer one', { product: 'marinara', half: 'parma', size: 'small' }, 1299],
	['a crust costs what it costs in its size', { product: 'margherita', size: 'medium', crust: 'stuffed' }, 1199 + 200],
	['another sauce', { product: 'margherita', size: 'large', sauce: 'bbq', cut: 'squares' }, 1499 + 100],
	['more of another sauce', { product: 'margherita', size: 'large', sauce: 'bbq', toppings: [{ topping: 'bbq_sauce', amount: 'double' }] }, 1499 + 100 + 125],
	['the sauce it has anyway', { product: 'bbq_chicken', size: 'large', sauce: 'bbq' }, 1799],
	['on two halves only what both have is paid for', { product: 'margherita', half: 'marinara', size: 'large', toppings: [{ topping: 'garlic' }] }, 1499 + 100],
])('%s', (_, line, price) => {
	expect(unitPrice(menu, { quantity: 1, ...line })).toBe(price);
});

test.each<[string, Omit<BasketLine, 'quantity'>]>([
	['an unknown product', { product: 'calzone', size: 'large' }],
	['a size it does not come in', { product: 'margherita', size: 'huge' }],
	['a half that is no pizza of this size', { product: 'margherita', size: 'large', half: 'cola' }],
	['a crust that there is not in its size', { product: 'margherita', size: 'small', crust: 'stuffed' }],
	['an unknown sauce', { product: 'margherita', size: 'large', sauce: 'fudge' }],
	['an unknown topping', { product: 'margherita', size: 'large', toppings: [{ topping: 'gravel' }] }],
])('%s has no price', (_, line) => {
	expect(unitPrice(menu, { quantity: 1, ...line })).toBeUndefined();
});

test('the toppings of two halves are standard where both have them', () => {
	expect(standard(menu, { product: 'margherita', half: 'marinara', quantity: 1 })).toEqual(['tomato_sauce', 'basil']);
});

test('allergens are the union of both halves and of what is put on, not of what is taken off', () => {
	const line = { product: 'marinara', half: 'tonno', size: 'large', quantity: 1 };
	expect(allergensOf(menu, line)).toEqual(['fish', 'gluten', 'milk']);
	expect(allergensOf(menu, { ...line, toppings: [{ topping: 'olives', amount: 'extra' }, { topping: 'egg', amount: 'none' }] })).toEqual(['fish', 'gluten', 'milk', 'sulphites']);
});
