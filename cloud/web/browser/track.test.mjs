// A guest follows an order while the kitchen works, lines are cut and the cloud dies.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cook, errors, get, internet, kill, near, open, place, post, start, status, tap, until } from './stage.mjs';

const pizza = [{ product: 'marinara', size: 'small' }];
const headline = (page, text) => page.getByRole('heading', { level: 1, name: text }).waitFor({ timeout: 20_000 });
const stage = (page, name) => page.locator('li[aria-current="step"] .name', { hasText: new RegExp(`^${name}`) }).waitFor();

test('a delivery is seen from the kitchen to the door', async () => {
	const order = await place(pizza, { fulfilment: 'delivery' });
	await cook(order, 1);
	const page = await open(order.tracking_url);
	await headline(page, 'Being made');
	await stage(page, 'Make');
	await cook(order, 3, 1);
	await headline(page, 'In the oven');
	await cook(order, 4, 3);
	await headline(page, 'Cut and checked');
	await cook(order, 5, 4);
	await headline(page, 'Ready');
	const d = await post('/api/drivers', { name: 'Enzo', vehicle: 'scooter', restaurant_id: 'r1' });
	const as = { Authorization: `Bearer ${d.secret}` };
	await post(`/api/orders/${order.id}/assign-driver`, { driver_id: d.id });
	await page.getByText('Enzo brings it').waitFor();
	assert.equal(await page.getByRole('img', { name: /^Map/ }).count(), 0, 'no map before departure');
	await post(`/api/orders/${order.id}/start-delivery`, {}, as);
	await headline(page, 'On its way to you');
	await page.getByText('The position appears as soon as the phone sends it').waitFor();
	await post(`/api/drivers/${d.id}/location`, { ...(await near('r1', 300, 200)), heading: 45 }, as).catch(() => undefined);
	await page.locator('g.driver').waitFor();
	await page.locator('.range', { hasText: / – / }).waitFor();
	await page.getByText(/Position \d+ s old/).waitFor();
	await post(`/api/orders/${order.id}/complete-delivery`, {}, as);
	await headline(page, 'Enjoy your meal');
	assert.equal(await page.getByRole('img', { name: /^Map/ }).count(), 0, 'no map after the door');
	await page.getByText(/^Delivered at/).waitFor();
	await page.context().close();
});

test('who fetches the order sees when it is ready', async () => {
	const order = await place(pizza);
	await cook(order, 5);
	const page = await open(order.tracking_url);
	await headline(page, 'Ready for you at the counter');
	await stage(page, 'Ready');
	await tap('r1', order.id, 'hand-over', { station: 'pass' });
	await headline(page, 'Enjoy your meal');
	await page.getByText(/^Picked up at/).waitFor();
	await page.context().close();
});

test('a cancel is asked of the restaurant, which grants it before the oven', async () => {
	const order = await place(pizza);
	await cook(order, 1);
	const page = await open(order.tracking_url);
	await page.getByRole('button', { name: 'Cancel the order' }).click();
	await page.getByRole('button', { name: 'No, keep it' }).click();
	await page.getByRole('button', { name: 'Cancel the order' }).click();
	await page.getByRole('button', { name: 'Yes, cancel' }).click();
	await headline(page, 'Cancelled');
	await page.getByText('There is nothing to pay.').waitFor();
	await page.context().close();
});

test('a cancel of what is in the oven is refused, and the guest reads so', async () => {
	const order = await place(pizza);
	await cook(order, 3);
	const page = await open(order.tracking_url);
	await page.getByRole('button', { name: 'Cancel the order' }).click();
	await page.getByRole('button', { name: 'Yes, cancel' }).click();
	await page.getByText('The restaurant could not cancel any more').waitFor();
	await headline(page, 'In the oven');
	await page.context().close();
});

test('while the restaurant is cut off a cancel waits for its answer', async () => {
	const order = await place(pizza);
	await status(order, 'Queued');
	const page = await open(order.tracking_url);
	await headline(page, 'The kitchen has your order');
	await internet('r1', false);
	await page.getByText('The restaurant is cut off at the moment').waitFor({ timeout: 40_000 });
	await page.getByRole('button', { name: 'Cancel the order' }).click();
	await page.getByRole('button', { name: 'Yes, cancel' }).click();
	await page.getByText(/We asked the restaurant \d+ s ago/).waitFor();
	await internet('r1', true);
	await headline(page, 'Cancelled');
	await page.context().close();
});

test('what the cut-off kitchen does meanwhile is caught up with', async () => {
	const order = await place(pizza);
	await status(order, 'Queued');
	const page = await open(order.tracking_url);
	await headline(page, 'The kitchen has your order');
	await internet('r1', false);
	for (const [verb, station] of [['start', 'make'], ['bump', 'make'], ['bump', 'oven'], ['bump', 'oven'], ['bump', 'cut']]) await tap('r1', order.id, verb, { station });
	await internet('r1', true);
	await headline(page, 'Ready for you at the counter');
	assert.equal(await page.locator('li.done').count(), 4);
	await page.context().close();
});

test('the page outlives the cloud', async () => {
	const order = await place(pizza);
	await status(order, 'Queued');
	const page = await open(order.tracking_url);
	await headline(page, 'The kitchen has your order');
	await kill('cloud');
	await page.getByText('No connection').waitFor({ timeout: 30_000 });
	await page.getByRole('heading', { name: 'The kitchen has your order' }).waitFor();
	await start('cloud');
	await until('the cloud to be back', async () => get('/readyz').catch(() => false), 60_000);
	await page.getByText('No connection').waitFor({ state: 'detached', timeout: 30_000 });
	await until('the kitchen to be back', async () => (await get('/api/restaurants/r1')).link.state === 'up', 60_000);
	await cook(order, 3);
	await headline(page, 'In the oven');
	await page.context().close();
});

test('an unknown link says so', async () => {
	const page = await open('/track/NOBODYKNOWSTHISTOKEN');
	await headline(page, 'We do not know this order');
	await page.context().close();
});

test('no page threw an error on the way', () => assert.deepEqual(errors, []));
