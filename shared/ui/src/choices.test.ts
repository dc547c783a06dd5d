import { describe, expect, it } from 'vitest';
import pizzeria from '../../menu/pizzeria.json';
import { allergens, allergensOf, conflict, offered, priceOfChoices, sauced, toggled, usual, type Choices } from './choices.ts';

const menu = pizzeria as unknown as Choices;
const bare: Choices = { products: menu.products.map(({ id, toppings, allergens }) => ({ id, ...(toppings ? { toppings } : {}), ...(allergens ? { allergens } : {}) })), toppings: menu.toppings };

describe('choices', () => {
	it('are what both halves can be had with, and none where the menu has none', () => {
		expect(offered(menu, { product: 'margherita', half: 'hawaii' }).crusts.map((c) => c.id)).toEqual(['classic', 'thin', 'stuffed', 'gluten_free']);
		expect(offered(menu, { product: 'cola' })).toEqual({ crusts: [], sauces: [], cuts: [] });
		expect(offered(bare, { product: 'margherita' })).toEqual({ crusts: [], sauces: [], cuts: [] });
	});

	it('know what is usual, and that two halves may have no usual sauce', () => {
		expect(usual(menu, { product: 'margherita' })).toEqual({ crust: 'classic', sauce: 'tomato', cut: '8_slices' });
		expect(usual(menu, { product: 'quattro_formaggi' }).sauce).toBe('bianca');
		expect(usual(menu, { product: 'margherita', half: 'bbq_chicken' }).sauce).toBeUndefined();
		expect(usual(bare, { product: 'margherita' })).toEqual({ crust: undefined, sauce: undefined, cut: undefined });
	});

	it.each([
		[{}, 'large', 0],
		[{ crust: 'stuffed' }, 'large', 250],
		[{ crust: 'stuffed' }, 'small', undefined],
		[{ sauce: 'bbq', cut: 'uncut' }, 'large', 100],
		[{ sauce: 'tomato' }, 'large', 0],
		[{ crust: 'golden' }, 'large', undefined],
		[{ sauce: 'fudge' }, 'large', undefined],
		[{ cut: 'hearts' }, 'large', undefined],
	])('%o in size %s cost %s', (how, size, price) => {
		expect(priceOfChoices(menu, { product: 'margherita', ...how }, size)).toBe(price);
	});

	it('put a sauce in place of the one of the recipe', () => {
		expect(sauced(menu, ['tomato_sauce', 'mozzarella'], 'bbq')).toEqual(['bbq_sauce', 'mozzarella']);
		expect(sauced(menu, ['tomato_sauce', 'mozzarella'], 'bianca')).toEqual(['mozzarella']);
		expect(sauced(menu, ['tomato_sauce'], undefined)).toEqual(['tomato_sauce']);
	});

	it('bring their allergens, and a base that is free of something takes it away where nothing else has it', () => {
		const gluten: Choices = { ...menu, toppings: menu.toppings.map((t) => (t.id === 'beef' ? { ...t, allergens: ['celery', 'gluten'] } : t)) };
		expect(allergensOf(menu, { product: 'marinara', crust: 'stuffed', sauce: 'bbq' })).toEqual(['celery', 'gluten', 'milk', 'mustard']);
		expect(allergensOf(gluten, { product: 'margherita', crust: 'gluten_free' })).toEqual(['milk']);
		expect(allergensOf(gluten, { product: 'meat_feast', crust: 'gluten_free' })).toContain('gluten');
		expect(allergensOf(gluten, { product: 'marinara', crust: 'gluten_free', toppings: [{ topping: 'beef' }] })).toContain('gluten');
		expect(allergensOf(gluten, { product: 'meat_feast', crust: 'gluten_free', toppings: [{ topping: 'beef', amount: 'none' }] })).not.toContain('gluten');
	});

	it('say what is in a line that must not be', () => {
		expect(conflict(menu, { product: 'margherita', avoid: ['nuts', 'milk'] })).toEqual(['milk']);
		expect(conflict(menu, { product: 'margherita' })).toEqual([]);
	});

	it('list allergens in one order, each once', () => {
		expect(toggled(toggled([], 'nuts'), 'milk')).toEqual(['milk', 'nuts']);
		expect(toggled(['milk', 'nuts'], 'milk')).toEqual(['nuts']);
		expect(allergens).toHaveLength(14);
	});
});
