// A Friday at eight: sixty open tickets, at the sizes and in the themes that the display is used in.
import { test } from 'node:test';
import { address, photograph, place, tap, tablet, world } from './stage.mjs';

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
