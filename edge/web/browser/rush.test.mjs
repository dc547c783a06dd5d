// A Friday at eight: sixty open tickets, at the sizes and in the themes that the display is used in.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { address, clear, photograph, place, tap, tablet, world } from './stage.mjs';

const sizes = { '1920x1080': { width: 1920, height: 1080 }, '1280x800': { width: 1280, height: 800 } };

test('pictures of all stations with sixty open tickets', async () => {
	const products = ['hawaii', 'tonno', 'parma', 'pepperoni', 'frutti_di_mare', 'capricciosa', 'margherita', 'vegetariana', 'diavola', 'quattro_formaggi'];
	for (let i = 0; i < 60; i++) {
		const lines = products.slice(i % 7, (i % 7) + 1 + ((i * 3) % 4)).map((product, n) => ({ product, size: ['small', 'medium', 'large'][(i + n) % 3], quantity: 1 + ((i + n) % 2) }));
		const driven = i % 3 === 2 ? { fulfilment: 'delivery', address, channel: 'phone' } : { fulfilment: ['carryout', 'dine_in'][i % 3] };
		const order = await place(i % 9 === 4 ? [{ ...lines[0], note: 'Allergy: nuts' }] : lines, { ...driven, customer: { name: ['Ada', 'Grace', 'Edsger', `Table ${i}`][i % 4] } });
		if (i % 4 === 0) await tap(order.id, 'start', { station: 'make' });
		if (i % 8 === 3) await tap(order.id, 'bump', { station: 'make' });
		if (i % 6 === 0) await world('clock', { seconds: 35 });
	}
	await world('ovens', [
		{ id: 'deck', kind: 'deck', state: 'ok', slots: 6, band: { low: 280, high: 320 }, chambers: [{ name: 'top', celsius: 301.4 }, { name: 'floor', celsius: 296 }], items: [] },
		{ id: 'belt', kind: 'belt', state: 'hot', slots: 2, band: { low: 250, high: 270 }, belt_cm_per_min: 42, chambers: [{ name: 'air', celsius: 276 }], items: [] },
	]);
	for (const [oven, slot] of [['deck', 1], ['deck', 2], ['belt', 1], ['deck', 4], ['belt', 2], ['belt', 1]]) {
		await world('oven', { oven, kind: 'item_in', slot });
		await world('clock', { seconds: 50 });
	}
	for (const [size, viewport] of Object.entries(sizes)) {
		for (const theme of ['dark', 'light']) {
			for (const view of ['make', 'all', 'oven']) {
				const page = await tablet('/', { view, theme, ...viewport });
				await page.locator('.up').waitFor();
				await page.locator('article').first().waitFor();
				await page.keyboard.press('a');
				await page.waitForTimeout(400);
				await photograph(page, `rush-${view}-${theme}-${size}`);
				await page.context().close();
			}
		}
	}
	const page = await tablet('/', { view: 'make', ...sizes['1280x800'] });
	await page.keyboard.press('k');
	await page.getByRole('dialog').waitFor();
	await photograph(page, 'display-settings');
	await page.context().close();
});

/** hidden are the tickets of which something is neither to be seen nor announced, over all pages of a display. */
const hidden = (page) =>
	page.evaluate(() =>
		[...document.querySelectorAll('.seat article')]
			.filter((card) => card.checkVisibility({ contentVisibilityAuto: true }))
			.map((card) => ({ card, list: card.querySelector('.rows') }))
			.filter(({ card, list }) => (list.scrollHeight > list.clientHeight + 2 && !card.querySelector('.below')) || card.scrollHeight > card.clientHeight + 2)
			.map(({ card, list }) => `${card.getAttribute('aria-label')}: ${list.scrollHeight} in ${list.clientHeight}: ${list.innerText.replaceAll('\n', ' ')}`),
	);

test('nothing of a ticket is hidden below its edge, however much there is to say', async () => {
	await clear();
	const all = ['basil', 'mushrooms', 'olives', 'ham', 'onion', 'salami', 'anchovies'];
	const tops = (n, more = {}) => all.slice(0, n).map((topping, i) => ({ topping, amount: ['extra', 'light', 'normal'][i % 3], placement: 'whole', ...more }));
	const half = { product: 'margherita', half: 'quattro_formaggi', size: 'large' };
	const menu = await (await fetch(`${process.env.EDGE_URL}/api/menu`)).json();
	const known = new Set(menu.toppings.map((t) => t.id));
	const sellable = (toppings) => toppings.filter((t) => known.has(t.topping));
	const orders = [
		[{ ...half, quantity: 2, toppings: sellable([...tops(3, { placement: 'left' }), ...tops(4, { placement: 'right' }).slice(1)]), note: 'Allergy: nuts, please' }],
		[{ product: 'frutti_di_mare', size: 'small', toppings: sellable(tops(7)), note: 'please cut it into twelve pieces, for the children at table nine' }],
		[{ product: 'capricciosa', size: 'medium', quantity: 12 }, { ...half, toppings: sellable(tops(2, { placement: 'left' })) }, { product: 'tonno', size: 'large' }],
		['hawaii', 'tonno', 'parma', 'pepperoni', 'capricciosa', 'margherita', 'vegetariana', 'diavola'].map((product) => ({ product, size: 'large', toppings: sellable(tops(3)) })),
		[{ product: 'margherita', size: 'small' }],
	];
	for (const lines of orders) {
		const order = await place(lines, { customer: { name: 'Wilhelmina-Charlotte' } });
		await tap(order.id, 'rush', { on: true, reason: 'the guest waits' }).catch(() => undefined);
		const ready = await place(lines);
		for (const station of ['make', 'oven', 'oven', 'cut']) await tap(ready.id, 'bump', { station });
	}
	for (const viewport of Object.values(sizes)) {
		for (const view of ['make', 'pass', 'all']) {
			const page = await tablet('/', { view, ...viewport });
			await page.locator('article').first().waitFor();
			for (let on = 1; ; on++) {
				await page.waitForTimeout(200); // what has just come into view is drawn
				assert.deepEqual(await hidden(page), [], `${view} ${viewport.width}, page ${on}`);
				if (await page.getByRole('button', { name: 'Page down' }).isDisabled()) break;
				await page.keyboard.press('PageDown');
			}
			await page.context().close();
		}
	}
});
