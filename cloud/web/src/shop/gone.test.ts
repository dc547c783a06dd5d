import { expect, test } from 'vitest';
import { isGone, nothing, onlyWithout } from './gone.ts';

const gone = {
	products: [{ id: 'cola', name: 'Cola' }, { id: 'diavola', name: 'Diavola', without: ['nduja'] }],
	toppings: [{ id: 'nduja', name: '’Nduja' }],
	crusts: [{ id: 'gluten_free', name: 'Gluten-free' }],
};

test('what is sold out is gone, and what can be had without something is not', () => {
	expect([isGone(gone, 'products', 'cola'), isGone(gone, 'products', 'diavola'), isGone(gone, 'toppings', 'nduja')]).toEqual([true, false, true]);
	expect([isGone(gone, 'crusts', 'gluten_free'), isGone(gone, 'crusts', 'thin'), isGone(gone, 'sauces', 'bbq'), isGone(nothing, 'products', 'cola')]).toEqual([true, false, false, false]);
	expect([onlyWithout(gone, 'diavola'), onlyWithout(gone, 'cola'), onlyWithout(gone, 'margherita')]).toEqual([['nduja'], [], []]);
});
