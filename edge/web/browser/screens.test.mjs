// Takes the pictures in docs/screens: every page, in both themes, at the sizes it is used at.
import { test } from 'node:test';
import { address, card, photograph, place, tap, tablet, world } from './stage.mjs';

const sizes = { '1920x1080': { width: 1920, height: 1080 }, '1280x800': { width: 1280, height: 800 } };

test('pictures of all pages', async () => {
	const first = await place([{ product: 'capricciosa', size: 'large' }], { fulfilment: 'delivery', address, channel: 'phone', customer: { name: 'Grace' } });
	await tap(first.id, 'bump', { station: 'make' });
	await world('oven', { oven: 'deck', kind: 'item_in', slot: 1 });
	await world('clock', { seconds: 130 });
	const shelf = await place([{ product: 'green_salad' }, { product: 'tiramisu', quantity: 2 }], { customer: { name: 'Barbara' } });
	await tap(shelf.id, 'bump', { station: 'sides' });
	const half = await place([{ product: 'napoli', size: 'small' }, { product: 'cola' }], { fulfilment: 'delivery', address, channel: 'phone', customer: { name: 'Edsger' } });
	await tap(half.id, 'bump', { station: 'sides' });
	const second = await place([
		{ product: 'margherita', size: 'large', quantity: 2, toppings: [{ topping: 'basil', amount: 'none' }, { topping: 'mushrooms', placement: 'whole', amount: 'extra' }] },
	]);
	await tap(second.id, 'start', { station: 'make' });
	await world('clock', { seconds: 75 });
	await place([{ product: 'diavola', half: 'quattro_formaggi', size: 'medium', toppings: [{ topping: 'olives', placement: 'right', amount: 'extra' }, { topping: 'jalapenos', placement: 'left', amount: 'none' }] }, { product: 'green_salad', size: 'regular' }], {
		fulfilment: 'dine_in', customer: { name: 'Table 7' },
	});
	await world('clock', { seconds: 60 });
	await place([{ product: 'marinara', size: 'small', note: 'Allergy: nuts' }], { fulfilment: 'curbside', customer: { name: 'Linus' } });
	await place(
		['hawaii', 'tonno', 'parma', 'pepperoni', 'frutti_di_mare'].map((product, i) => ({ product, size: ['small', 'medium', 'large'][i % 3], quantity: 1 + (i % 2) })),
		{ fulfilment: 'delivery', address, channel: 'phone', customer: { name: 'Office party' } },
	);
	await world('clock', { seconds: 20 });
	await place([{ product: 'vegetariana', size: 'medium', note: 'well done' }, { product: 'cola', size: 'regular', quantity: 2 }]);
	await world('ovens', [
		{ id: 'deck', kind: 'deck', state: 'ok', slots: 6, band: { low: 280, high: 320 }, chambers: [{ name: 'top', celsius: 301.4 }, { name: 'floor', celsius: 296 }], items: [{ slot: 1, since: new Date().toISOString() }] },
		{ id: 'belt', kind: 'belt', state: 'cold', slots: 2, band: { low: 250, high: 270 }, chambers: [{ name: 'air', celsius: 231 }], items: [] },
	]);
	for (const [size, viewport] of Object.entries(sizes)) {
		for (const theme of ['dark', 'light']) {
			for (const view of ['make', 'all', 'oven', 'pass']) {
				const page = await tablet('/', { view, theme, ...viewport });
				await card(page, first).or(page.locator('main')).first().waitFor();
				await page.waitForFunction(() => document.querySelector('.up, .strip'));
				await page.waitForTimeout(400);
				await photograph(page, `display-${view}-${theme}-${size}`);
				await page.context().close();
			}
			const counter = await tablet('/counter', { theme, ...viewport });
			await counter.getByRole('button', { name: /Margherita/ }).waitFor();
			await photograph(counter, `counter-${theme}-${size}`);
			await counter.getByRole('button', { name: /Margherita/ }).click();
			await counter.getByRole('button', { name: 'Large' }).click();
			await counter.getByRole('button', { name: 'Fresh basil' }).click();
			await counter.getByRole('button', { name: 'Mushrooms' }).first().click();
			await photograph(counter, `counter-builder-${theme}-${size}`);
			await counter.getByRole('button', { name: 'Second half' }).click();
			await counter.getByRole('button', { name: 'Diavola' }).click();
			await counter.getByRole('button', { name: 'Right half' }).click();
			await counter.getByRole('button', { name: 'Black olives' }).click();
			await photograph(counter, `counter-halves-${theme}-${size}`);
			await counter.context().close();
			const health = await tablet('/health', { theme, ...viewport });
			await health.getByText('cloud connected').waitFor();
			await photograph(health, `health-${theme}-${size}`);
			await health.context().close();
		}
	}
});

test('pictures of a cut line and of a lost node', async () => {
	const page = await tablet('/', { view: 'make', ...sizes['1280x800'] });
	await page.locator('article').first().waitFor();
	await world('link', { state: 'down', cause: 'internet', since: new Date(Date.now() - 240_000).toISOString(), backlog: 17 });
	await page.getByText('The restaurant runs on its own').waitFor();
	await photograph(page, 'display-internet-cut');
	await page.getByRole('button', { name: 'To the oven' }).first().click();
	await page.getByRole('button', { name: /Undo/ }).waitFor();
	await photograph(page, 'display-undo');
	await page.getByRole('button', { name: 'Recall' }).click();
	await page.getByRole('dialog').waitFor();
	await photograph(page, 'display-recall');
	await page.keyboard.press('Escape');
	await page.getByRole('button', { name: /^More/ }).first().click();
	await photograph(page, 'display-more');
	await page.keyboard.press('Escape');
	await page.getByRole('button', { name: 'All day' }).click();
	await photograph(page, 'display-all-day');
	await world('stop');
	await page.getByText('Node lost', { exact: true }).waitFor();
	await photograph(page, 'display-node-lost');
	await world('start');
	await world('link', { state: 'up', since: new Date().toISOString() });
});

test('pictures of cash at the counter', async () => {
	const counter = await tablet('/counter', sizes['1280x800']);
	await counter.getByRole('button', { name: /Margherita/ }).click();
	await counter.getByRole('button', { name: /Place order/ }).click();
	await counter.getByRole('button', { name: '$20', exact: true }).click();
	await photograph(counter, 'counter-cash');
	await counter.context().close();
});
