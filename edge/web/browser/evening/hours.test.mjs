// Hours of trade in a minute, with a display, a counter and the guests' board open all the time: what they and the node take does not grow.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { edge, errors, place, tablet, tap, until, world } from '../stage.mjs';

const orders = 400;
const hands = 4;
const MB = 1 << 20;
// What may be taken at the end beyond what was taken after the first quarter, which is when the longest list, of a hundred ended orders, is
// full. A page that kept the 300 tickets it saw since would have a megabyte more; one goroutine for each tenth order would be 30.
const margin = { resident: 16 * MB, goroutines: 5, heap: 0.75 * MB, nodes: 200, listeners: 20 };
const mostResident = 128 * MB;

/** live takes an order through the kitchen and out of the house. */
async function live(n) {
	const pizza = n % 8 === 0;
	const order = await place([pizza ? { product: 'marinara', size: 'small', toppings: [{ topping: 'olives', amount: 'extra' }] } : { product: 'cola' }], { customer: { name: `Guest ${n}` } });
	for (let steps = 0; (await tap(order.id, 'bump')).state !== 'ready'; steps++) assert.ok(steps < 10, `order ${order.number} does not get ready`);
	await tap(order.id, 'hand-over', { station: 'pass' });
}

/** trade lives so many orders, several at once as in a kitchen. */
async function trade(from, to) {
	let next = from;
	await Promise.all(Array.from({ length: hands }, async () => {
		while (next < to) await live(next++);
	}));
}

/** takes is what a page takes once its garbage is gone. */
async function takes(page, cdp) {
	await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
	for (let i = 0; i < 3; i++) await cdp.send('HeapProfiler.collectGarbage');
	const { metrics } = await cdp.send('Performance.getMetrics');
	const of = (name) => metrics.find((m) => m.name === name).value;
	return { heap: of('JSHeapUsedSize'), nodes: of('Nodes'), listeners: of('JSEventListeners') };
}

test('four hundred orders later the node and its pages take what they took after a hundred', async (t) => {
	const pages = {};
	for (const [name, path, how] of [['display', '/', { view: 'all' }], ['counter', '/counter', {}], ['guests', '/board', {}]]) {
		const page = await tablet(path, { width: 1280, height: 800, ...how });
		const cdp = await page.context().newCDPSession(page);
		await cdp.send('Performance.enable');
		pages[name] = { page, cdp };
	}
	await pages.counter.page.getByRole('navigation', { name: 'Counter' }).getByRole('button', { name: 'Orders' }).click();
	await pages.counter.page.getByRole('button', { name: 'Ended today' }).click();

	const measure = async () => {
		for (const { page } of [pages.display, pages.guests]) {
			await until('the board to be empty', () => page.evaluate(() => document.querySelectorAll('article').length === 0), 20_000);
		}
		await pages.counter.page.waitForTimeout(3000); // it reads its list every two seconds
		const taken = { node: await world('footprint') };
		for (const [name, { page, cdp }] of Object.entries(pages)) taken[name] = await takes(page, cdp);
		return taken;
	};

	await trade(0, orders / 4);
	const before = await measure();
	await trade(orders / 4, orders);
	let after = await measure();
	const grown = () => Object.entries(after).flatMap(([who, figures]) => Object.entries(figures).filter(([what, n]) => n > before[who][what] + margin[what]).map(([what, n]) => `${who}: ${what} ${before[who][what]} → ${n}`));
	for (let again = 0; again < 3 && grown().length > 0; again++) after = await measure(); // what is about to be given back
	t.diagnostic(JSON.stringify({ before, after }));
	assert.deepEqual(grown(), []);
	assert.ok(after.node.resident < mostResident, `${after.node.resident} bytes resident`);

	const { tickets } = await (await fetch(`${edge}/api/board`)).json();
	assert.deepEqual(tickets, []);
	for (const { page } of Object.values(pages)) await page.context().close();
	await until('the node to let go of the pages', async () => (await world('footprint')).goroutines < before.node.goroutines, 20_000);
});

test('no page threw an error on the way', () => assert.deepEqual(errors, []));
