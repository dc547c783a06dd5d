// What holds for every page: it can be used by everybody, and it is light.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { errors, place, tap, tablet, world } from './stage.mjs';

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const most = 150 * 1024;

test('axe finds nothing on any page, in either theme, in good times and bad', async () => {
	const order = await place([
		{ product: 'diavola', half: 'hawaii', size: 'large', toppings: [{ topping: 'jalapenos', placement: 'left', amount: 'none' }], note: 'Allergy: nuts' },
	]);
	await tap(order.id, 'start', { station: 'make' });
	await place([{ product: 'parma', size: 'small', quantity: 2 }]);
	await world('clock', { seconds: 170 });
	await place([{ product: 'caesar_salad' }]);
	await world('ovens', [
		{ id: 'deck', kind: 'deck', state: 'hot', slots: 2, band: { low: 280, high: 320 }, chambers: [{ name: 'top', celsius: 341 }], items: [{ slot: 1, since: new Date().toISOString() }] },
		{ id: 'belt', kind: 'belt', state: 'silent', slots: 1, chambers: [{ name: 'air', celsius: 20 }], items: [], heard: new Date().toISOString() },
	]);
	const found = [];
	for (const theme of ['dark', 'light']) {
		const look = async (page, where) => {
			await page.evaluate(axe);
			const { violations } = await page.evaluate(() =>
				globalThis.axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], rules: { region: { enabled: false } } }),
			);
			for (const v of violations) found.push(`${theme} ${where}: ${v.id} ${v.nodes.map((n) => `${n.target} ${n.any[0]?.message ?? ''}`).join('; ')}`);
		};
		for (const view of ['make', 'all', 'oven']) {
			const page = await tablet('/', { view, theme });
			await page.locator('.up').waitFor();
			await page.getByText('341 °C').or(page.locator('article')).first().waitFor();
			await look(page, view);
			await page.keyboard.press('r');
			await page.getByRole('dialog').waitFor();
			await look(page, `${view} recall`);
			await page.context().close();
		}
		const choice = await tablet('/', { theme });
		await choice.getByRole('heading').waitFor();
		await look(choice, 'choice');
		await choice.context().close();
		const counter = await tablet('/counter', { theme });
		await counter.getByRole('button', { name: /Margherita/ }).click();
		await counter.getByRole('button', { name: 'Fresh basil' }).click();
		await look(counter, 'counter');
		await counter.context().close();
		const health = await tablet('/health', { theme });
		await health.getByText('341 °C').waitFor();
		await look(health, 'health');
		await health.context().close();
		await world('link', { state: 'down', cause: 'cloud', since: new Date().toISOString() });
		const cut = await tablet('/', { view: 'make', theme });
		await cut.getByText('The restaurant runs on its own').waitFor();
		await look(cut, 'cut');
		await world('stop');
		await cut.getByRole('alert').waitFor();
		await look(cut, 'lost');
		await cut.context().close();
		await world('start');
		await world('link', { state: 'up', since: new Date().toISOString() });
	}
	assert.deepEqual(found, []);
});

test('each page weighs less than 150 kB compressed, and a second visit asks for no asset again', async (t) => {
	for (const path of ['/', '/counter', '/health']) {
		const page = await tablet(path, { view: 'make' });
		await page.locator('main, .page').first().waitFor();
		const sizes = () =>
			page.evaluate(() => [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')].map((e) => ({ name: e.name, wire: e.transferSize, body: e.encodedBodySize })));
		const first = (await sizes()).filter((e) => !e.name.includes('/api/'));
		const weight = first.reduce((sum, e) => sum + e.body, 0);
		assert.ok(weight > 5_000 && weight < most, `${path} weighs ${weight} bytes`);
		t.diagnostic(`${path}: ${first.length} files, ${weight} bytes compressed`);
		await page.reload();
		await page.locator('main, .page').first().waitFor();
		const again = (await sizes()).filter((e) => e.name.includes('/assets/') && e.wire > 0);
		assert.deepEqual(again, []);
		await page.context().close();
	}
});

test('two hundred open tickets stay quick', async (t) => {
	for (let i = 0; i < 200; i++) await place([{ product: 'margherita', size: 'small' }]);
	const page = await tablet('/', { view: 'all' });
	await page.locator('article').nth(5).waitFor();
	const cdp = await page.context().newCDPSession(page);
	await cdp.send('Performance.enable');
	const busy = async () => {
		const { metrics } = await cdp.send('Performance.getMetrics');
		const of = (name) => metrics.find((m) => m.name === name).value;
		return of('ScriptDuration') + of('LayoutDuration') + of('RecalcStyleDuration');
	};
	const before = await busy();
	await page.waitForTimeout(3000); // three ticks of all the clocks on the glass
	const share = (await busy()) - before;
	t.diagnostic(`with 200 tickets the page works ${(share * 1000).toFixed(0)} ms in 3 s`);
	assert.ok(share < 0.6, `the page works ${share} s in 3 s`);
	await page.context().close();
});

test('no page threw an error on the way', () => assert.deepEqual(errors, []));
