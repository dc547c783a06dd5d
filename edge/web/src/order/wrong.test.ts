import { Refusal, type Menu } from '@awesome/ui';
import { cleanup, fireEvent, render, screen } from '@testing-library/svelte';
import { flushSync } from 'svelte';
import { afterEach, expect, it } from 'vitest';
import { desk as words } from '../words/desk.ts';
import { Basket } from './basket.svelte.ts';
import BasketRows from './BasketRows.svelte';
import Lacking from './Lacking.svelte';
import { Quoter } from './quoter.svelte.ts';

const size = { id: 'large', name: 'Large', price_minor: 1499 };
const product = (id: string, name: string) => ({ id, name, category: 'pizza', description: '', sizes: [size] });
const menu: Menu = { version: 1, name: '', currency: 'USD', products: [], toppings: [] };

afterEach(cleanup);

it('what left the menu is marked in the basket, said by its name, and can be left out', async () => {
	const basket = new Basket();
	basket.add(product('margherita', 'Margherita'), size);
	basket.add(product('tonno', 'Tonno'), size, { half: product('marinara', 'Marinara') });
	const quoter = new Quoter();
	quoter.refused(new Refusal({ title: '', status: 422, code: 'invalid_line', path: 'lines[1].half', product: 'marinara' }));
	render(BasketRows, { basket, menu, editing: undefined, wrong: quoter.wrong?.line, onedit: () => undefined });
	render(Lacking, { basket, quoter, menu });
	expect(screen.getAllByRole('listitem').map((li) => li.textContent.includes(words.off.notOnMenu))).toEqual([false, true]);
	expect(screen.getByRole('alert').textContent).toContain(words.off.offMenu('Marinara'));
	await fireEvent.click(screen.getByRole('button', { name: words.off.leave }));
	flushSync();
	expect(basket.lines.map((l) => l.product.id)).toEqual(['margherita']);
	expect(screen.queryByRole('alert')).toBe(null);
});
