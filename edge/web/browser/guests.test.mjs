// Guests who wait: their number goes from the left to the right, and they hear it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { address, errors, photograph, place, tap, tablet, until, world } from './stage.mjs';

const rings = `
	globalThis.heard = 0;
	globalThis.AudioContext = class {
		state = 'running';
		currentTime = 0;
		destination = {};
		resume() { return Promise.resolve(); }
		createGain() { return { gain: { setValueAtTime() {}, exponentialRampToValueAtTime() {} }, connect: (next) => next }; }
		createOscillator() { return { frequency: {}, connect: (next) => next, start: (at) => at === 0 && globalThis.heard++, stop() {} }; }
	};
	localStorage.setItem('awesome.sound', 'on');
`;

test('a number is almost ready, then ready with a tune, then gone; names stay out of sight but for the first', async () => {
	const salad = await place([{ product: 'green_salad' }], { customer: { name: 'Barbara Liskov' } });
	await tap(salad.id, 'bump', { station: 'sides' });
	const page = await tablet('/board', { init: rings });
	const [almost, ready] = [page.getByRole('region', { name: 'Almost ready' }), page.getByRole('region', { name: 'Ready', exact: true })];
	await ready.getByText(String(salad.number), { exact: true }).waitFor();
	assert.equal(await page.evaluate(() => globalThis.heard), 0, 'what was ready before was called again');
	assert.match(await ready.innerText(), /Barbara/);
	assert.doesNotMatch(await page.innerText('body'), /Liskov/);

	const pizza = await place([{ product: 'marinara', size: 'small' }], { customer: { name: 'Table 7' } });
	const driven = await place([{ product: 'hawaii', size: 'small' }], { fulfilment: 'delivery', address, channel: 'phone' });
	for (const o of [pizza, driven]) for (const station of ['make', 'oven']) await tap(o.id, 'bump', { station });
	await almost.getByText(String(pizza.number), { exact: true }).waitFor();
	for (const o of [pizza, driven]) for (const station of ['oven', 'cut']) await tap(o.id, 'bump', { station });
	await ready.getByText(String(pizza.number), { exact: true }).waitFor();
	await until('the tune', () => page.evaluate(() => globalThis.heard === 1));
	assert.deepEqual((await ready.locator('b').allInnerTexts()).map(Number), [pizza.number, salad.number], 'the last one is not first, or a delivery is called');
	assert.doesNotMatch(await page.innerText('body'), /Table/);
	await tap(pizza.id, 'hand-over', { station: 'pass' });
	await ready.getByText(String(pizza.number), { exact: true }).waitFor({ state: 'detached' });

	await page.reload();
	await ready.getByText(String(salad.number), { exact: true }).waitFor();
	await world('stop');
	await page.getByText('This board stands still').waitFor();
	assert.ok(await ready.getByText(String(salad.number), { exact: true }).isVisible());
	await world('start');
	await page.getByText('This board stands still').waitFor({ state: 'detached' });
	await page.context().close();
});

test('sixteen numbers fit on each side, on a television and on a tablet, and the rest is counted', async () => {
	for (let i = 0; i < 17; i++) {
		const o = await place([{ product: 'cola' }], { customer: { name: ['Ada', 'Grace', '', 'Massimiliano'][i % 4] || 'Table 1' } });
		await tap(o.id, 'bump', { station: 'sides' });
		const p = await place([{ product: 'marinara', size: 'small' }]);
		for (const station of ['make', 'oven']) await tap(p.id, 'bump', { station });
	}
	for (const [name, size] of Object.entries({ '1920x1080': { width: 1920, height: 1080 }, '1280x800': { width: 1280, height: 800 } })) {
		for (const theme of ['dark', 'light']) {
			const page = await tablet('/board', { theme, ...size });
			await page.getByText('+2', { exact: true }).waitFor();
			assert.equal(await page.locator('li:not(.more) b').count(), 32);
			const out = await page.evaluate(() => [...document.querySelectorAll('li')].filter((e) => {
				const [box, list] = [e.getBoundingClientRect(), e.parentElement.parentElement.getBoundingClientRect()];
				return box.bottom > list.bottom || box.right > list.right || e.scrollWidth > e.clientWidth + 1;
			}).map((e) => e.innerText));
			assert.deepEqual(out, []);
			await photograph(page, `board-${theme}-${name}`);
			await page.context().close();
		}
	}
});

test('no page threw an error on the way', () => assert.deepEqual(errors, []));
