import { expect, test } from 'vitest';
import { menu } from '../testing.ts';
import { Builder, maxNote } from './builder.svelte.ts';

const build = (product: string) => new Builder(menu, { product, quantity: 1 });

test('a pizza begins as the recipe has it, in the middle size', () => {
	expect(build('margherita').line).toEqual({ product: 'margherita', size: 'medium', quantity: 1 });
});

test('only what differs from the recipe is a change', () => {
	const b = build('margherita');
	b.put('basil', 'whole', 'none');
	b.put('mushrooms', 'left', 'extra');
	expect(b.line.toppings).toEqual([{ topping: 'basil', placement: 'whole', amount: 'none' }, { topping: 'mushrooms', placement: 'left', amount: 'extra' }]);
	b.reset('basil');
	b.put('mushrooms', 'left', 'none');
	expect(b.line.toppings).toBeUndefined();
});

test('a topping can move from one half to the other and to both', () => {
	const b = build('margherita');
	b.put('olives', 'left', 'extra');
	b.only('olives', 'right');
	expect(b.at('olives')).toEqual({ left: 'none', right: 'extra' });
	b.only('olives', 'whole');
	expect(b.line.toppings).toEqual([{ topping: 'olives', placement: 'whole', amount: 'extra' }]);
});

test('on two halves each keeps its own recipe', () => {
	const b = build('diavola');
	b.split('vegetariana');
	expect(b.at('jalapenos')).toEqual({ left: 'normal', right: 'none' });
	b.put('jalapenos', 'whole', 'none');
	expect(b.line).toMatchObject({ half: 'vegetariana', toppings: [{ topping: 'jalapenos', placement: 'whole', amount: 'none' }] });
	b.split(undefined);
	expect(b.line.half).toBeUndefined();
});

test('different amounts on two halves are two changes', () => {
	const b = build('margherita');
	b.put('ham', 'left', 'light');
	b.put('ham', 'right', 'double');
	expect(b.line.toppings).toEqual([{ topping: 'ham', placement: 'left', amount: 'light' }, { topping: 'ham', placement: 'right', amount: 'double' }]);
});

test('the price moves with size, halves and toppings', () => {
	const b = build('margherita');
	const sizes = b.product.sizes;
	if (sizes[2]) b.choose(sizes[2]);
	b.split('meat_feast');
	b.put('mushrooms', 'whole', 'normal');
	expect(b.price).toBe(1899 + 200);
});

test('crust, sauce and cut are chosen once, what is usual is left out, and sizes are those they come in', () => {
	const b = build('margherita');
	expect([b.picked('crust'), b.picked('sauce'), b.picked('cut'), b.crusts.length, b.sauces.length, b.cuts.length]).toEqual(['classic', 'tomato', '8_slices', 4, 3, 5]);
	b.pick('crust', 'gluten_free');
	b.pick('sauce', 'bbq');
	b.pick('cut', 'squares');
	expect([b.price, b.product.sizes.map((s) => b.comes(s)), b.at('bbq_sauce').left, b.at('tomato_sauce').left]).toEqual([1199 + 250 + 75, [false, true, false], 'normal', 'none']);
	expect(b.line).toMatchObject({ crust: 'gluten_free', sauce: 'bbq', cut: 'squares' });
	expect(b.allergens).not.toContain('gluten');
	for (const [of, id] of [['crust', 'classic'], ['sauce', 'tomato'], ['cut', '8_slices']] as const) b.pick(of, id);
	expect(b.line).toEqual({ product: 'margherita', size: 'medium', quantity: 1 });
	expect([build('cola').crusts, build('cola').cuts]).toEqual([[], []]);
});

test('a line from the basket comes back as it was', () => {
	const line = { product: 'diavola', half: 'hawaii', size: 'large', crust: 'thin', sauce: 'bianca', cut: 'uncut', avoid: ['nuts'], quantity: 2, toppings: [{ topping: 'egg', placement: 'right' as const, amount: 'normal' as const }], note: 'no cut' };
	expect(new Builder(menu, line).line).toEqual(line);
});

test('a note is cut between letters, at as many bytes as the kitchen takes', () => {
	const b = build('margherita');
	b.say('🍕'.repeat(60));
	expect(b.note).toBe('🍕'.repeat(50));
	expect(new TextEncoder().encode(b.note).length).toBeLessThanOrEqual(maxNote);
});

test('a pizza can carry twenty changes', () => {
	const b = build('margherita');
	for (const t of menu.toppings.filter((m) => !b.product.toppings?.includes(m.id)).slice(0, 20)) b.put(t.id, 'whole', 'normal');
	expect(b.full).toBe(true);
	expect(b.line.toppings).toHaveLength(20);
});

test('quantities are whole, from one to fifty', () => {
	const b = build('margherita');
	b.many(0);
	expect(b.quantity).toBe(1);
	b.many(99);
	expect(b.quantity).toBe(50);
});

test('who must not eat something sees it at once', () => {
	const b = build('marinara');
	expect(b.allergens).toEqual(['gluten']);
	b.put('egg', 'left', 'normal');
	expect(b.allergens).toEqual(['eggs', 'gluten']);
	expect(b.laid).toContainEqual({ topping: 'egg', placement: 'left', amount: 'normal' });
});
