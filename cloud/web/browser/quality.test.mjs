// What holds for every page: everybody can use it, and it is light.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { cook, desk, errors, fillIn, near, open, phone, place, post, put } from './stage.mjs';

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const most = 100 * 1024;

test('axe finds nothing on any page, in either theme', async () => {
	const out = await place([{ product: 'marinara', size: 'small' }], { fulfilment: 'delivery' });
	await cook(out, 5);
	const d = await post('/api/drivers', { name: 'Ugo', vehicle: 'scooter', restaurant_id: 'r1' });
	const as = { Authorization: `Bearer ${d.secret}` };
	await post(`/api/orders/${out.id}/assign-driver`, { driver_id: d.id });
	await post(`/api/orders/${out.id}/start-delivery`, {}, as);
	await put(`/api/drivers/${d.id}/status`, { status: 'available' }, as);
	const idle = await post('/api/drivers', { name: 'Ivo', vehicle: 'scooter', restaurant_id: 'r1' }); // stands apart on the dispatcher's page
	await put(`/api/drivers/${idle.id}/status`, { status: 'available' }, { Authorization: `Bearer ${idle.secret}` });
	const found = [];
	for (const theme of ['light', 'dark']) {
		const look = async (page, where) => {
			await page.evaluate(axe);
			const { violations } = await page.evaluate(() => globalThis.axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }));
			for (const v of violations) found.push(`${theme} ${where}: ${v.id} ${v.nodes.map((n) => `${n.target} ${n.any[0]?.message ?? n.all[0]?.message ?? ''}`).join('; ')}`);
		};
		for (const size of [phone, desk]) {
			const page = await open('/', { theme, size });
			await page.getByRole('link', { name: /See the menu/ }).first().waitFor();
			await look(page, 'restaurants');
			await page.getByRole('link', { name: /See the menu/ }).first().click();
			await page.getByRole('button', { name: /Margherita/ }).waitFor();
			await look(page, 'menu');
			await page.getByRole('button', { name: /Diavola/ }).click();
			await page.getByRole('radio', { name: 'Half and half' }).check();
			await look(page, 'builder');
			await page.getByRole('button', { name: /^Add · / }).click();
			await page.getByRole('link', { name: /Go to checkout/ }).locator('visible=true').first().click();
			await page.getByRole('button', { name: /Order now · / }).click();
			await look(page, 'checkout with mistakes');
			await fillIn(page);
			await look(page, 'checkout');
			await page.getByText('Allergies?').click();
			await page.getByRole('button', { name: 'milk', exact: true }).click();
			await page.getByText('milk is in Diavola').waitFor();
			await look(page, 'checkout with an allergy');
			await page.context().close();
		}
		const track = await open(out.tracking_url, { theme });
		await track.getByRole('img', { name: /^Map/ }).waitFor();
		await look(track, 'track');
		await track.context().close();
		const hq = await open('/hq', { theme, size: desk });
		await hq.getByRole('table').waitFor();
		await look(hq, 'hq');
		await hq.getByRole('link', { name: 'Awesome Pizza Main Street' }).click();
		await hq.getByRole('columnheader', { name: 'Promised by' }).waitFor();
		await hq.locator('tbody a').first().click();
		await hq.getByText('What happened').waitFor();
		await look(hq, 'hq restaurant');
		await hq.getByRole('link', { name: 'Dispatch' }).click();
		await hq.getByRole('heading', { name: 'Who brings what' }).waitFor();
		await hq.getByRole('group', { name: 'Ivo' }).waitFor();
		await hq.locator('.lanes ol a').first().click();
		await hq.getByText('What happened to it').waitFor();
		await look(hq, 'hq dispatch');
		await hq.getByRole('link', { name: 'Log', exact: true }).click();
		await hq.getByRole('heading', { name: 'Who did what' }).waitFor();
		await hq.getByRole('row', { name: /Given to a driver/ }).first().waitFor();
		await look(hq, 'hq log');
		await hq.context().close();
		const driver = await open('/driver', { theme, at: await near('r1', 300, 300) });
		await look(driver, 'driver signs in');
		await driver.getByLabel('Driver number').fill(d.id);
		await driver.getByLabel('Secret').fill(d.secret);
		await driver.getByRole('button', { name: 'Sign in' }).click();
		await driver.getByRole('button', { name: /^Delivered/ }).waitFor();
		await driver.getByRole('button', { name: 'Name or code' }).click();
		await look(driver, 'driver');
		await driver.getByRole('button', { name: 'Cash bag' }).click();
		await driver.getByRole('button', { name: 'Check in' }).waitFor();
		await look(driver, 'driver’s cash bag');
		await driver.context().close();
	}
	await put(`/api/drivers/${idle.id}/status`, { status: 'end_of_shift' }, { Authorization: `Bearer ${idle.secret}` });
	assert.deepEqual(found, []);
});

test('each page weighs less than 100 kB, and a second visit asks for no asset again', async (t) => {
	const order = await place([{ product: 'marinara', size: 'small' }]);
	for (const path of ['/', order.tracking_url, '/driver', '/hq']) {
		const page = await open(path);
		await page.locator('main').waitFor();
		const sizes = () =>
			page.evaluate(() => [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')].map((e) => ({ name: e.name, wire: e.transferSize, body: e.encodedBodySize })));
		const first = (await sizes()).filter((e) => !e.name.includes('/api/'));
		const weight = first.reduce((sum, e) => sum + e.body, 0);
		t.diagnostic(`${path.replace(/[A-Z0-9]{20,}/, '…')}: ${first.length} files, ${weight} bytes compressed`);
		assert.ok(weight > 5_000 && weight < most, `${path} weighs ${weight} bytes`);
		await page.reload();
		await page.locator('main').waitFor();
		assert.deepEqual((await sizes()).filter((e) => e.name.includes('/assets/') && e.wire > 0), []);
		await page.context().close();
	}
});

test('nothing is wider than a small phone', async () => {
	const order = await place([{ product: 'marinara', size: 'small' }], { fulfilment: 'delivery' });
	for (const path of ['/', '/#/r1', order.tracking_url, '/driver']) {
		const page = await open(path, { size: { ...phone, width: 320, height: 640 } });
		await page.locator('main').waitFor();
		await page.locator('h1').first().waitFor({ state: 'attached' });
		const [wide, seen] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
		assert.ok(wide <= seen, `${path} is ${wide} pixels wide on ${seen}`);
		await page.context().close();
	}
});

test('no page threw an error on the way', () => assert.deepEqual(errors, []));
