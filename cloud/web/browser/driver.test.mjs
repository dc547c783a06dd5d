// A driver's evening, with and without signal.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clear, cook, errors, get, near, open, place, post, status, until } from './stage.mjs';

const pizza = [{ product: 'marinara', size: 'small' }];

async function begin() {
	await clear('r1');
	const at = await near('r1', 200, 100);
	const d = await post('/api/drivers', { name: 'Gina', vehicle: 'scooter', restaurant_id: 'r1' });
	const page = await open('/driver', { at });
	await page.getByLabel('Driver number').fill(d.id);
	await page.getByLabel('Secret').fill(d.secret);
	await page.getByRole('button', { name: 'Sign in' }).click();
	await page.getByRole('button', { name: 'Start shift' }).click();
	await page.getByText('On shift, free').waitFor();
	return { d, page, end: async () => {
		await page.getByRole('button', { name: 'End shift' }).click();
		await page.getByText('Off shift').waitFor();
		await until('the shift to end', async () => (await get(`/api/drivers/${d.id}`)).status === 'end_of_shift');
		await page.context().close();
	} };
}

test('from the offer to the door', async () => {
	const { d, page, end } = await begin();
	await until('the cloud to know where the phone is', async () => (await get(`/api/drivers/${d.id}`)).position !== null);
	const order = await place(pizza, { fulfilment: 'delivery' });
	await cook(order, 5);
	await page.getByText(/s to answer/).waitFor({ timeout: 60_000 });
	await page.getByText('12 Elm Street, Springfield').waitFor();
	await page.getByRole('button', { name: 'Accept' }).click();
	await page.getByRole('heading', { name: /^Order \d+/ }).waitFor();
	await page.getByText('Ready on the shelf').waitFor();
	assert.match(await page.getByRole('link', { name: 'To the restaurant' }).getAttribute('href'), /^geo:40\.7\d+,-73\.9\d+/);
	assert.equal(await page.getByRole('link', { name: /Call/ }).getAttribute('href'), 'tel:+12025550123');
	await page.getByText('$11.64').waitFor();
	await page.getByRole('button', { name: 'Picked up' }).click();
	await page.getByRole('button', { name: 'Leave now' }).click();
	await status(order, 'OutForDelivery');
	await page.getByRole('button', { name: 'Delivered' }).click();
	await page.getByRole('button', { name: /Undo/ }).click();
	await page.getByRole('button', { name: 'Delivered' }).waitFor();
	assert.equal((await get(`/api/orders/${order.id}`)).status, 'OutForDelivery');
	await page.getByRole('button', { name: 'Delivered' }).click();
	await status(order, 'Delivered');
	await page.getByText('Nothing to bring').waitFor();
	await end();
});

test('a run that is declined is gone', async () => {
	const { page, end } = await begin();
	const order = await place(pizza, { fulfilment: 'delivery' });
	await cook(order, 5);
	await page.getByRole('button', { name: 'Decline' }).click({ timeout: 60_000 });
	await page.getByText('Nothing to bring').waitFor();
	assert.notEqual((await get(`/api/orders/${order.id}`)).status, 'DriverAssigned');
	await end();
});

test('without signal the driver goes on, and the cloud hears of it later', async () => {
	const { d, page, end } = await begin();
	const order = await place(pizza, { fulfilment: 'delivery' });
	await cook(order, 5);
	await post(`/api/orders/${order.id}/assign-driver`, { driver_id: d.id });
	await page.getByRole('button', { name: 'Picked up' }).waitFor();
	await page.context().setOffline(true);
	await page.getByRole('button', { name: 'Picked up' }).click();
	await page.getByRole('button', { name: 'Leave now' }).click();
	await page.getByText(/No signal/).waitFor({ timeout: 20_000 });
	await page.getByText('2 things wait and are sent with their true time.').waitFor();
	assert.notEqual((await get(`/api/orders/${order.id}`)).status, 'OutForDelivery');
	await page.context().setOffline(false);
	await status(order, 'OutForDelivery');
	await page.getByText(/No signal/).waitFor({ state: 'detached' });
	await page.getByRole('button', { name: 'Delivered' }).click();
	await status(order, 'Delivered');
	await end();
});

test('a delivery that does not work says why', async () => {
	const { d, page, end } = await begin();
	const order = await place(pizza, { fulfilment: 'delivery' });
	await cook(order, 5);
	await post(`/api/orders/${order.id}/assign-driver`, { driver_id: d.id });
	await page.getByRole('button', { name: 'Picked up' }).click();
	await page.getByRole('button', { name: 'Leave now' }).click();
	await status(order, 'OutForDelivery');
	await page.getByRole('button', { name: 'Did not work' }).click();
	await page.getByRole('button', { name: 'nobody opened' }).click();
	await status(order, 'Failed');
	assert.equal((await get(`/api/orders/${order.id}`)).reason, 'nobody opened');
	await end();
});

test('who is not a driver does not get in', async () => {
	const page = await open('about:blank');
	await page.route('**/api/drivers/**', (route) => route.fulfill({ status: 403, contentType: 'application/problem+json', body: '{"code":"forbidden","title":"Forbidden","status":403}' }));
	await page.goto(`${process.env.CLOUD_URL}/driver`);
	await page.getByLabel('Driver number').fill('nobody');
	await page.getByLabel('Secret').fill('guess');
	await page.getByRole('button', { name: 'Sign in' }).click();
	await page.getByText('Number and secret do not belong together.').waitFor();
	await page.context().close();
});

test('no page threw an error on the way', () => assert.deepEqual(errors, []));
