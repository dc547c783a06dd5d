import { Refusal } from '@awesome/ui';
import { expect, it } from 'vitest';
import { Quoter } from './quoter.svelte.ts';

const refusal = (more: Record<string, unknown>) => new Refusal({ title: '', status: 422, code: 'invalid_line', detail: 'the menu has no product "marinara"', ...more });

it('a product that left the menu marks its line, and is not said by its id', () => {
	const quoter = new Quoter();
	expect(quoter.refused(refusal({ path: 'lines[1].product', product: 'marinara' }))).toBe(true);
	expect(quoter.wrong).toEqual({ line: 1, product: 'marinara' });
	expect(quoter.refused(refusal({ path: 'lines[12].half', product: 'napoli' }))).toBe(true);
	expect(quoter.wrong).toEqual({ line: 12, product: 'napoli' });
});

it('what a dish does not come with any more marks its line too, and what is written on it does not', () => {
	const quoter = new Quoter();
	for (const path of ['size', 'crust', 'sauce', 'cut', 'toppings[3].topping', 'half']) {
		expect(quoter.refused(refusal({ path: `lines[0].${path}` })), path).toBe(true);
		expect(quoter.wrong, path).toEqual({ line: 0, product: undefined });
	}
	for (const path of ['lines[0].note', 'lines[0].quantity', 'lines', 'customer.phone', undefined]) {
		expect(quoter.refused(refusal({ path })), path).toBe(false);
		expect(quoter.wrong, path).toBe(undefined);
	}
});

it('another basket has no wrong line until the node says so', () => {
	const quoter = new Quoter();
	quoter.refused(refusal({ path: 'lines[0].product', product: 'marinara' }));
	quoter.ask({ lines: [] }, 1e6);
	expect(quoter.wrong).toBe(undefined);
	quoter.refused(refusal({ path: 'lines[0].product', product: 'marinara' }));
	quoter.ask(undefined);
	expect(quoter.wrong).toBe(undefined);
});
