// HQ looks at the chain while things go wrong.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cook, desk, errors, get, internet, kill, near, open, place, post, put, start, status, until } from './stage.mjs';

const pizza = [{ product: 'napoli', size: 'large' }];
const row = (page, name) => page.getByRole('row', { name: new RegExp(name) });

test('orders move through the chain live', async () => {
	const page = await open('/hq', { size: desk });
	await page.getByRole('table').waitFor();
	const open_ = async () => Number(await row(page, 'Harbour').locator('td.open').textContent());
	const before = await open_();
	const order = await place(pizza, { restaurant: 'r2' });
	await until('one order more', async () => (await open_()) === before + 1);
	await page.getByRole('link', { name: 'Awesome Pizza Harbour' }).click();
	await cook(order, 3);
	const mine = page.getByRole('row', { name: new RegExp(`^${(await get(`/api/orders/${order.id}`)).number} Baking`) });
	await mine.waitFor();
	await mine.getByRole('link').click();
	await page.getByText('What happened').waitFor();
	await page.getByText('Preparing', { exact: true }).waitFor();
	await cook(order, 5, 3);
	await page.getByRole('row', { name: / Ready / }).first().waitFor();
	await page.getByRole('listitem').getByText('Ready', { exact: true }).waitFor();
	await page.context().close();
});

test('a restaurant that is cut off comes first and looks stale', async () => {
	const page = await open('/hq', { size: desk });
	await page.getByRole('table').waitFor();
	await place(pizza, { restaurant: 'r2' });
	await internet('r2', false);
	await page.getByText(/cut off for/).waitFor();
	assert.match(await page.getByRole('row').nth(1).textContent(), /Harbour/);
	assert.match(await page.getByRole('row').nth(1).textContent(), /as of \d\d:\d\d/);
	await page.getByText('1 of 2').waitFor();
	await internet('r2', true);
	await page.getByText('2 of 2').waitFor({ timeout: 20_000 });
	await page.context().close();
});

test('orders are found by number and by id, and can be cancelled with a reason', async () => {
	const order = await place(pizza, { restaurant: 'r2' });
	await status(order, 'Queued');
	const page = await open('/hq', { size: desk });
	await page.getByRole('table').waitFor();
	await page.getByRole('searchbox').fill(order.id);
	await page.getByRole('button', { name: 'Find' }).click();
	await page.getByText(order.id).waitFor();
	await page.getByRole('button', { name: 'Cancel order' }).click();
	await page.getByLabel(/^Why/).fill('the guest called');
	await page.getByRole('button', { name: 'Cancel it' }).click();
	await status(order, 'Cancelled');
	await page.getByText('Reason: the guest called').waitFor();
	const { number } = await get(`/api/orders/${order.id}`);
	await page.getByRole('searchbox').fill(String(number));
	await page.getByRole('button', { name: 'Find' }).click();
	await page.getByText(order.id).or(page.getByText(/\d orders|Harbour · Cancelled/)).first().waitFor();
	await page.getByRole('searchbox').fill('nonsense');
	await page.getByRole('button', { name: 'Find' }).click();
	await page.getByText('No order has this number or id.').waitFor();
	await page.context().close();
});

test('who did what to an order is in the log, by keyboard too', async () => {
	const order = await place(pizza, { restaurant: 'r2', fulfilment: 'delivery' });
	await status(order, 'Queued');
	const d = await post('/api/drivers', { name: 'Rosa', restaurant_id: 'r2' });
	await post(`/api/orders/${order.id}/assign-driver`, { driver_id: d.id });
	await post(`/api/orders/${order.id}/cancel`, { reason: 'Ada (+1 202 555 0123) called' });
	const page = await open(`/hq#/r2/${order.id}`, { size: desk });
	await page.getByRole('link', { name: 'Who did what to it' }).click();
	await page.getByRole('heading', { name: 'Who did what' }).waitFor();
	const line = page.getByRole('row', { name: /Given to a driver/ });
	await line.getByText('Rosa').waitFor();
	await page.getByRole('row', { name: /Order cancelled/ }).getByText('Ada (+… called').waitFor();
	assert.equal(await page.getByRole('row').count(), 3); // with the head
	await page.getByLabel('What', { exact: true }).focus();
	await page.keyboard.type('Given');
	await until('only what was given', async () => (await page.getByRole('row').count()) === 2);
	await page.getByRole('button', { name: 'Show everything' }).click();
	await page.getByRole('row', { name: /Driver registered/ }).first().waitFor();
	await page.context().close();
	const italian = await open(`/hq?lang=it#/~log/${order.id}`, { size: desk });
	await italian.getByRole('row', { name: /Dato a un fattorino/ }).waitFor();
	await italian.context().close();
});

test('drivers are on the map', async () => {
	const d = await post('/api/drivers', { name: 'Pina', vehicle: 'scooter', restaurant_id: 'r2' });
	const as = { Authorization: `Bearer ${d.secret}` };
	await put(`/api/drivers/${d.id}/status`, { status: 'available' }, as);
	await fetch(`${process.env.CLOUD_URL}/api/drivers/${d.id}/location`, {
		method: 'POST', headers: { 'Content-Type': 'application/json', ...as }, body: JSON.stringify(await near('r2', 700, 300)),
	});
	const page = await open('/hq#/r2', { size: desk });
	await page.locator('g.driver').getByText('Pina').waitFor();
	await page.getByText(/seen \d+ s ago/).first().waitFor();
	await put(`/api/drivers/${d.id}/status`, { status: 'end_of_shift' }, as);
	await page.locator('g.driver').getByText('Pina').waitFor({ state: 'detached' });
	await page.context().close();
});

test('when the cloud is lost everything says since when, and comes back by itself', async () => {
	const page = await open('/hq', { size: desk });
	await page.getByRole('table').waitFor();
	await kill('cloud');
	await page.getByRole('alert').getByText('No connection to the cloud').waitFor({ timeout: 30_000 });
	await page.getByText(/Everything here is as of/).waitFor();
	await start('cloud');
	await page.getByRole('alert').waitFor({ state: 'detached', timeout: 90_000 });
	await page.getByText('2 of 2').waitFor({ timeout: 60_000 });
	await page.context().close();
});

test('who has no token is asked for one, and told when it is wrong', async () => {
	const page = await open('about:blank', { size: desk });
	await page.route('**/api/**', (route) => {
		const headers = { ...route.request().headers() };
		const right = headers.authorization === 'Bearer the-right-token';
		delete headers.authorization; // this chain has no token, and knows none
		return right ? route.continue({ headers }) : route.fulfill({ status: 401, contentType: 'application/problem+json', body: '{"code":"unauthorized","title":"Unauthorized","status":401}' });
	});
	await page.goto(`${process.env.CLOUD_URL}/hq`);
	await page.getByLabel('Staff token').fill('guess');
	await page.getByRole('button', { name: 'Sign in' }).click();
	await page.getByText('That token is not the right one.').waitFor();
	await page.getByLabel('Staff token').fill('the-right-token');
	await page.getByRole('button', { name: 'Sign in' }).click();
	await page.getByRole('table').waitFor();
	await page.reload();
	await page.getByRole('table').waitFor();
	await page.getByRole('button', { name: 'Sign out' }).click();
	await page.getByLabel('Staff token').waitFor();
	await page.context().close();
});

test('no page threw an error on the way', () => assert.deepEqual(errors, []));
