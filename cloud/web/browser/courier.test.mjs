// An order that a delivery company brings. The chain of these stories works with none, so what the cloud says of it is put into its answers.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clear, cook, desk, open, place } from './stage.mjs';

const courier = { name: 'Swift & Co', state: 'at_restaurant', tracking_url: 'https://swift.example/r/7' };

/** withCourier has a page read that a courier brings every order. */
async function withCourier(page, read, state) {
	await page.route(read, async (route) => {
		const answer = await route.fetch();
		const order = await answer.json();
		if (order?.delivery === undefined) return route.fulfill({ response: answer });
		order.delivery = { ...order.delivery, courier: { ...courier, ...state() } };
		return route.fulfill({ response: answer, json: order });
	});
}

test('the guest is told who brings it, how far the courier is, and where to follow', async () => {
	await clear('r1');
	const order = await place([{ product: 'marinara', size: 'small' }], { fulfilment: 'delivery' });
	await cook(order, 5);
	let state = {};
	const page = await open('/');
	await page.route('**/track?token=*', () => undefined); // no news: nobody takes the courier away again
	await withCourier(page, '**/api/track/*', () => state);
	await page.goto(new URL(order.tracking_url, page.url()).href);
	await page.getByText('The courier is at the restaurant.').waitFor();
	const link = page.getByRole('link', { name: 'Follow it at Swift & Co' });
	assert.equal(await link.getAttribute('href'), courier.tracking_url);
	assert.equal(await link.getAttribute('rel'), 'noopener noreferrer');
	state = { tracking_url: 'javascript:alert(1)' };
	await page.reload();
	await page.getByText('The courier is at the restaurant.').waitFor();
	assert.equal(await page.getByRole('link', { name: /Follow it/ }).count(), 0, 'only a page of the web is linked to');
	await page.context().close();
});

test('HQ sees which company has it and how far it is', async () => {
	await clear('r1');
	const order = await place([{ product: 'marinara', size: 'small' }], { fulfilment: 'delivery' });
	await cook(order, 5);
	const page = await open('/hq', { size: desk });
	await withCourier(page, `**/api/orders/${order.id}`, () => ({}));
	await page.goto(`${new URL(page.url()).origin}/hq#/r1/${order.id}`);
	await page.getByText(/Swift & Co:/).waitFor();
	assert.equal(await page.getByRole('link', { name: 'The courier’s own page' }).getAttribute('href'), courier.tracking_url);
	await page.context().close();
});
