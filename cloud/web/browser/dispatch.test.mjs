// A dispatcher looks at who brings what, and decides otherwise.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clear, desk, errors, get, near, open, place, post, put, status, until } from './stage.mjs';

const pizza = [{ product: 'napoli', size: 'large' }];

/** onShift is a driver near the first restaurant. */
async function onShift(name, east) {
	const d = await post('/api/drivers', { name, vehicle: 'scooter', restaurant_id: 'r1' });
	const as = { Authorization: `Bearer ${d.secret}` };
	await put(`/api/drivers/${d.id}/status`, { status: 'available' }, as);
	await fetch(`${process.env.CLOUD_URL}/api/drivers/${d.id}/location`, {
		method: 'POST', headers: { 'Content-Type': 'application/json', ...as }, body: JSON.stringify(await near('r1', east, 200)),
	});
	return { ...d, name, off: () => put(`/api/drivers/${d.id}/status`, { status: 'end_of_shift' }, as) };
}

const driverOf = async (order) => (await get(`/api/orders/${order.id}`)).delivery.driver?.id ?? null;
const given = (order, driver) => until(`${order.id} to be with ${driver?.name ?? 'nobody'}`, async () => (await driverOf(order)) === (driver?.id ?? null));

async function ordered(restaurant = 'r1') {
	const order = await place(pizza, { fulfilment: 'delivery', restaurant });
	await status(order, 'Queued');
	return { ...order, number: (await get(`/api/orders/${order.id}`)).number };
}

test('a driver who is on shift and was never heard of stands on the board, with since when', async () => {
	const name = `Silent ${crypto.randomUUID().slice(0, 4)}`;
	const d = await post('/api/drivers', { name, vehicle: 'car' });
	await put(`/api/drivers/${d.id}/status`, { status: 'available', timestamp: new Date(Date.now() - 3_000_000).toISOString() }, { Authorization: `Bearer ${d.secret}` });
	const page = await open('/hq', { size: desk });
	await page.getByRole('link', { name: 'Dispatch' }).click();
	const lane = page.getByRole('group', { name, exact: true });
	await lane.getByText(/Nothing heard of since \d\d:\d\d.*, 5\d min ago$/).waitFor();
	await lane.getByText('Nothing in the bag. The plan asks somebody else.').waitFor();
	if (process.env.LOOK) await page.screenshot({ path: `${process.env.LOOK}/hq-silent.png`, fullPage: true });
	await page.context().close();
	await put(`/api/drivers/${d.id}/status`, { status: 'end_of_shift' }, { Authorization: `Bearer ${d.secret}` });
});

test('a dispatcher gives an order to another driver, takes it back, and asks what one more would change', async () => {
	await clear('r1');
	const tag = crypto.randomUUID().slice(0, 4); // the story can be told twice to one chain
	const [ada, ben] = [await onShift(`Ada ${tag}`, 500), await onShift(`Ben ${tag}`, -700)];
	const first = await ordered();
	const page = await open('/hq', { size: desk });
	await page.getByRole('link', { name: 'Dispatch' }).click();
	const lane = (name) => page.getByRole('group', { name, exact: true });
	const card = (order, where = page) => where.getByRole('link', { name: new RegExp(`^${order.number}\\b`) });

	// By keyboard: choose the order, choose the driver, confirm.
	await card(first).focus();
	await page.keyboard.press('Enter');
	await page.locator('#plan-of:focus').waitFor();
	await page.getByText('The plan says').waitFor();
	await page.getByRole('button', { name: 'first of all' }).click();
	await card(first).getByText('first of all').waitFor();
	await page.getByText('a dispatcher puts it first').waitFor();
	await page.getByRole('button', { name: 'as usual' }).click();
	await page.getByText('a dispatcher puts it first').waitFor({ state: 'detached' });
	await page.getByRole('radio', { name: new RegExp(ben.name) }).focus();
	await page.keyboard.press('Space');
	await page.getByRole('button', { name: `Give to ${ben.name}` }).focus();
	await page.keyboard.press('Enter');
	await card(first, lane(ben.name)).getByText('given by hand').waitFor();
	await given(first, ben);

	await page.getByRole('button', { name: 'Undo' }).click();
	await page.getByText(`Order ${first.number} (Main Street) is back where it was.`).waitFor();
	await given(first, undefined);

	// By dragging.
	await until('the order to be dragged', async () => {
		await card(first).dragTo(lane(ada.name)); // lanes may grow meanwhile: then it is dragged again
		return card(first, lane(ada.name)).getByText('given by hand').waitFor({ timeout: 5_000 }).then(() => true, () => false);
	}, 60_000);
	await given(first, ada);

	await page.getByRole('button', { name: 'One more at Awesome Pizza Main Street' }).click();
	await page.getByRole('status').getByText(/→|That would change nothing now/).waitFor();

	// An order that comes is shown without a hand's doing. Who was faster is told with the reason.
	const second = await ordered();
	await card(second).click();
	await page.route('**/api/hq/dispatch?*', (route) => route.abort());
	await page.route('**/api/hq/dispatch', (route) => route.abort());
	await page.waitForEvent('requestfailed'); // what the page knows now it goes on knowing
	await post(`/api/orders/${second.id}/assign-driver`, { driver_id: ada.id });
	await page.getByRole('radio', { name: new RegExp(ben.name) }).check();
	await page.getByRole('button', { name: `Give to ${ben.name}` }).click();
	await page.locator('.refusal').waitFor();
	assert.equal(await driverOf(second), ada.id);

	// What is not current says so.
	await page.getByText(/^This plan is as of/).waitFor({ timeout: 60_000 });
	await page.unrouteAll();
	await page.getByText(/^This plan is as of/).waitFor({ state: 'detached', timeout: 60_000 });
	await card(second, lane(ada.name)).waitFor();

	await page.context().close();
	await clear('r1');
	await ada.off();
	await ben.off();
});

test('a number says whose order it is, lanes with something late stand first, and the keyboard stays where it was', async () => {
	await clear('r1');
	await clear('r2');
	const tag = crypto.randomUUID().slice(0, 4);
	const [zoe, abe] = [await onShift(`Zoe ${tag}`, 300), await onShift(`Abe ${tag}`, -300)];
	const [first, other] = [await ordered(), await ordered('r2')];
	await post(`/api/orders/${first.id}/assign-driver`, { driver_id: zoe.id });
	const page = await open('/hq#/~dispatch/r1', { size: desk });
	const card = (order) => page.locator(`a[data-order="${order.id}"]`);
	await page.getByRole('link', { name: new RegExp(`^${first.number}\\b.*Main Street`) }).and(card(first)).waitFor();
	await page.getByRole('link', { name: new RegExp(`^${other.number}\\b.*Harbour`) }).and(card(other)).waitFor();
	const group = (name) => page.getByRole('group', { name, exact: true });
	const above = async (a, b) => (await group(a).boundingBox()).y < (await group(b).boundingBox()).y;
	await until('who brings something to stand before who does not', async () => above(zoe.name, abe.name));
	assert.ok(await page.getByRole('img', { name: /^Map/ }).isVisible());

	await card(first).focus();
	await page.keyboard.press('Enter');
	await page.locator('#plan-of:focus').waitFor();
	await page.keyboard.press('Escape');
	await page.locator(`a[data-order="${first.id}"]:focus`).waitFor();
	await post(`/api/orders/${first.id}/assign-driver`, { driver_id: abe.id, instead_of: zoe.id });
	await group(abe.name).locator(`a[data-order="${first.id}"]:focus`).waitFor();

	await page.context().close();
	await clear('r1');
	await clear('r2');
	await zoe.off();
	await abe.off();
});

test('no page threw an error on the way', () => assert.deepEqual(errors, []));
