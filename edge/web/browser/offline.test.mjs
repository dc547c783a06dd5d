// The node is gone, and somebody reloads the page.
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { card, edge, errors, photograph, place, tablet, until, world } from './stage.mjs';

afterEach(() => world('start'));

/** kept waits until the service worker has the pages and answers for this one. */
const kept = (page) =>
	page.evaluate(async () => {
		await navigator.serviceWorker.ready;
		if (!navigator.serviceWorker.controller) await new Promise((r) => navigator.serviceWorker.addEventListener('controllerchange', r, { once: true }));
	});

test('a reload while the node is away shows the last board, says since when, and does nothing by halves', async () => {
	const page = await tablet('/', { view: 'make', workers: 'allow' });
	const order = await place([{ product: 'hawaii', size: 'large' }]);
	await card(page, order).waitFor();
	await kept(page);
	await page.waitForTimeout(700); // the board is written down
	await world('stop');
	await page.getByRole('alert').waitFor();
	const since = /since (\d\d:\d\d)/.exec(await page.getByRole('alert').innerText())[1];
	await page.reload();
	await card(page, order).waitFor();
	const strip = page.getByRole('alert').filter({ hasText: 'Node lost' });
	await strip.waitFor();
	const [h, m] = /since (\d\d):(\d\d)/.exec(await strip.innerText()).slice(1).map(Number);
	const [h0, m0] = since.split(':').map(Number);
	assert.ok((h * 60 + m - h0 * 60 - m0 + 1440) % 1440 <= 1 || (h0 * 60 + m0 - h * 60 - m + 1440) % 1440 <= 1, `lost since ${since}, said ${h}:${m} after the reload`);
	assert.ok((await strip.boundingBox()).width > 1900);
	await card(page, order).locator('.head').click({ force: true });
	await page.getByText(`${order.number}: not done, the node cannot be reached.`).waitFor();
	await photograph(page, 'display-offline-reload');
	await world('start');
	await strip.waitFor({ state: 'detached' });
	await card(page, order).locator('.head').click();
	await page.getByText(`${order.number} bumped`).waitFor();
	await page.context().close();
});

test('every page opens while the node is away, and a node that answers is asked first', async () => {
	const page = await tablet('/', { view: 'make', workers: 'allow' });
	await kept(page);
	let asked = 0;
	page.context().on('request', (r) => r.serviceWorker() && new URL(r.url()).pathname === '/counter' && asked++);
	await page.goto(`${edge}/counter`);
	assert.ok(asked > 0, 'the kept page was shown though the node was there');
	await world('stop');
	for (const [path, sign] of [['/counter', 'Node lost'], ['/board', 'This board stands still'], ['/health', 'Node lost'], ['/', 'Node lost']]) {
		await page.goto(edge + path);
		await page.getByText(sign).first().waitFor();
	}
	await world('start');
	await page.context().close();
});

test('the worker keeps its hands off the interface, and old pages go when new ones come', async () => {
	const page = await tablet('/', { view: 'make', workers: 'allow' });
	await kept(page);
	await page.evaluate(async () => {
		await caches.open('awesome-of-another-build');
		await (await navigator.serviceWorker.ready).unregister();
	});
	await page.reload(); // the page registers it anew, as a browser does with a new build
	await kept(page);
	const names = await until('one cache', async () => {
		const there = await page.evaluate(() => caches.keys());
		return there.length === 1 && there;
	});
	assert.notEqual(names[0], 'awesome-of-another-build');
	const held = await page.evaluate(async (name) => (await (await caches.open(name)).keys()).map((r) => new URL(r.url).pathname), names[0]);
	assert.ok(held.includes('/') && held.includes('/board') && held.some((p) => p.startsWith('/assets/')), held.join(' '));
	assert.deepEqual(held.filter((p) => p.startsWith('/api')), []);
	await page.context().close();
});

test('over plain http from another machine there is no worker, and the display works all the same', async () => {
	const page = await tablet('/', { view: 'make', init: "Object.defineProperty(globalThis, 'isSecureContext', { value: false }); delete crypto.randomUUID;", workers: 'allow' });
	const order = await place([{ product: 'hawaii', size: 'large' }]);
	await card(page, order).waitFor();
	assert.equal(await page.evaluate(() => navigator.serviceWorker.getRegistrations().then((r) => r.length)), 0);
	await page.context().close();
});

test('no page threw an error on the way', () => assert.deepEqual(errors, []));
