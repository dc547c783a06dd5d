// The node's disk fills up in the middle of an evening, with a display and a counter open, and empties again.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { card, edge, errors, photograph, tablet, until, violations, world } from '../stage.mjs';

const found = [];
const taken = []; // what the counter was told is taken
const patience = 30_000;
let counter;
let display;

const get = async (path) => (await fetch(edge + path)).json();

/** sell sells one thing at the counter: the order that was taken, or undefined with what the page says against it. */
async function sell() {
	const place = counter.getByRole('button', { name: /Place order/ });
	if ((await counter.getByRole('complementary').getByText('1× Small Marinara').count()) === 0) {
		await counter.getByRole('button', { name: /^Marinara/ }).click();
		await counter.getByRole('button', { name: 'Small', exact: true }).click();
		await counter.getByRole('button', { name: 'Done', exact: true }).click();
	}
	await until('the order to be possible', () => place.isEnabled(), patience);
	const [response] = await Promise.all([counter.waitForResponse((r) => r.url().endsWith('/api/orders') && r.request().method() === 'POST'), place.click()]);
	if (response.status() !== 201) return undefined;
	const order = await response.json();
	taken.push(order.id);
	await counter.getByRole('dialog', { name: 'Order number' }).getByRole('button', { name: /Next order/ }).click();
	return order;
}

test('the restaurant sells and cooks', async () => {
	counter = await tablet('/counter', { width: 1280, height: 800 });
	display = await tablet('/', { view: 'make', width: 1280, height: 800 });
	for (const page of [counter, display]) page.setDefaultTimeout(patience);
	await counter.getByRole('button', { name: /^Marinara/ }).waitFor();
	for (let i = 0; i < 3; i++) await card(display, await sell()).waitFor();
});

test('the disk is full: both pages say so, the counter takes no order it could lose, and its basket stays', async () => {
	await world('fill');
	await until('an order to be refused', async () => {
		if (!(await sell())) return true;
		await world('fill'); // there was room for one more
		return false;
	}, 60_000);
	await counter.getByRole('complementary').getByRole('alert').getByText(/disk is full/).waitFor();
	await counter.getByText('1× Small Marinara').waitFor();
	await counter.getByText('Write new orders on paper.').waitFor();
	await display.locator('.chip').getByText('disk is full: no new orders').waitFor();
	for (const [page, name] of [[counter, 'counter'], [display, 'display']]) {
		found.push(...(await violations(page, name)));
		await photograph(page, `${name}-disk-full`);
	}
});

test('what is on the board goes on', async () => {
	const first = { id: taken[0] };
	await until('the first ticket to be begun', async () => {
		const start = card(display, first).getByRole('button', { name: 'Start', exact: true });
		if (await start.isVisible().catch(() => false)) await start.click().catch(() => undefined);
		return (await get('/api/board')).tickets.find((t) => t.order_id === first.id)?.state === 'preparing';
	}, patience);
	await card(display, first).getByRole('button', { name: 'To the oven' }).waitFor();
});

test('there is room again: nobody has to do anything, and the same basket is taken', async () => {
	await world('room');
	await display.locator('.chip').getByText('disk is full: no new orders').waitFor({ state: 'detached' });
	await counter.getByText('Write new orders on paper.').waitFor({ state: 'detached' });
	const order = await until('the order to be taken', sell, patience);
	await card(display, order).waitFor({ state: 'attached' });
	assert.equal(new Set(taken).size, taken.length, 'one order was taken twice');
});

test('with the power cut after that, everything that was taken is there, once, and nothing else', async () => {
	await world('kill');
	await world('start');
	const { orders } = await get('/api/orders');
	assert.deepEqual(orders.map((o) => o.id).toSorted(), taken.toSorted());
	assert.equal(orders.find((o) => o.id === taken[0]).kitchen.state, 'preparing', 'the touch on the full disk was acknowledged');
	await display.getByRole('alert').filter({ hasText: 'Node lost' }).waitFor({ state: 'detached' });
	await card(display, { id: taken[0] }).getByRole('button', { name: 'To the oven' }).waitFor();
	await display.context().close();
	await counter.context().close();
});

test('axe found nothing, and no page threw an error', () => assert.deepEqual([found, errors], [[], []]));
