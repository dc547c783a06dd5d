// A driver's evening, with and without signal.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clear, cook, errors, get, hold, kill, near, open, place, post, start, status, until } from './stage.mjs';

const pizza = [{ product: 'marinara', size: 'small' }];

async function begin(prepare = async () => undefined) {
	await clear('r1');
	const at = await near('r1', 200, 100);
	const d = await post('/api/drivers', { name: 'Gina', vehicle: 'scooter', restaurant_id: 'r1' });
	const page = await open('/driver', { at });
	await prepare(page);
	await page.getByLabel('Driver number').fill(d.id);
	await page.getByLabel('Secret').fill(d.secret);
	await page.getByRole('button', { name: 'Sign in' }).click();
	await page.getByRole('button', { name: 'Start shift' }).click();
	await page.getByText('On shift').waitFor();
	return { d, page, at, end: async () => {
		await page.getByRole('button', { name: 'End shift' }).click();
		await page.getByText('Off shift').waitFor();
		await until('the shift to end', async () => (await get(`/api/drivers/${d.id}`)).status === 'end_of_shift');
		await page.context().close();
	} };
}

test('from the offer to the door', async () => {
	const { d, page, at, end } = await begin((p) => p.route('**/location', (route) => route.abort())); // so positions come over MQTT
	await until('the cloud to know where the phone is', async () => {
		await page.context().setGeolocation({ ...at, latitude: at.latitude + Math.random() / 1e5, accuracy: 10 });
		return (await get(`/api/drivers/${d.id}`)).position !== null;
	}, 60_000);
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
	await hold(page, /^Delivered/);
	await page.getByRole('button', { name: /Undo/ }).click();
	await page.getByRole('button', { name: /^Delivered/ }).waitFor();
	assert.equal((await get(`/api/orders/${order.id}`)).status, 'OutForDelivery');
	await hold(page, /^Delivered/);
	await status(order, 'Delivered');
	await page.getByText('Nothing to bring').waitFor();
	await end();
});

test('where there is no line, positions go by HTTP', async () => {
	const { d, end } = await begin((p) => p.routeWebSocket('**/mqtt', (socket) => socket.close()));
	await until('the cloud to know where the phone is', async () => (await get(`/api/drivers/${d.id}`)).position !== null);
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
	await hold(page, /^Delivered/);
	await status(order, 'Delivered');
	await end();
});

/** out has the driver bring orders, which are cooked and given to him by hand. */
async function out(d, page, ...orders) {
	for (const order of orders) {
		await cook(order, 5);
		await post(`/api/orders/${order.id}/assign-driver`, { driver_id: d.id });
	}
	for (const [n] of orders.entries()) {
		await page.getByRole('button', { name: 'Picked up' }).click();
		await page.getByRole('button', { name: 'Leave now' }).click();
		if (n > 0) await page.getByText(`Stop 1 of ${orders.length}`).waitFor();
	}
	for (const order of orders) await status(order, 'OutForDelivery');
}

test('a tap is no delivery: a finger has to stay', async () => {
	const { d, page, end } = await begin();
	const order = await place(pizza, { fulfilment: 'delivery' });
	await out(d, page, order);
	await page.getByRole('button', { name: /^Delivered/ }).click();
	await page.waitForTimeout(1_000);
	await page.getByRole('button', { name: /^Delivered/ }).waitFor();
	await page.getByRole('button', { name: /^Delivered/ }).focus();
	await page.keyboard.press('Enter'); // who has no finger presses it as any button
	await page.getByRole('button', { name: /Undo/ }).waitFor();
	await status(order, 'Delivered');
	await end();
});

test('two orders of one run are brought in turn', async () => {
	const { d, page, end } = await begin();
	const close = { street: '3 Oak Street', city: 'Springfield', ...(await near('r1', 300, 200)) };
	const far = await place(pizza, { fulfilment: 'delivery' });
	const first = await place(pizza, { fulfilment: 'delivery', address: close });
	for (const order of [far, first]) {
		await cook(order, 5);
		await post(`/api/orders/${order.id}/assign-driver`, { driver_id: d.id });
		await post(`/api/orders/${order.id}/start-delivery`);
	}
	await page.getByText('Stop 1 of 2').waitFor();
	await page.locator('section .street', { hasText: '3 Oak Street' }).waitFor();
	await page.locator('li .street', { hasText: '12 Elm Street' }).waitFor();
	await hold(page, /^Delivered/);
	await page.locator('section .street', { hasText: '12 Elm Street' }).waitFor();
	await status(first, 'Delivered');
	await hold(page, /^Delivered/);
	await status(far, 'Delivered');
	await end();
});

test('the cash of an evening adds up', async () => {
	const { d, page, end } = await begin();
	await page.getByRole('button', { name: 'Cash bag' }).click();
	await page.getByLabel(/^Float/).fill('20');
	await page.getByRole('button', { name: 'Check in' }).click();
	await page.getByText('Must be in the bag').waitFor();
	await page.getByRole('button', { name: 'Close' }).click();
	const order = await place(pizza, { fulfilment: 'delivery' });
	await out(d, page, order);
	await hold(page, /^Delivered/);
	await page.getByRole('button', { name: /Cash bag \$31\.64/ }).waitFor();
	await status(order, 'Delivered');
	await page.getByRole('button', { name: /Cash bag/ }).click();
	await page.getByText('From 1 guest').waitFor();
	await page.getByRole('button', { name: 'Put cash into the safe' }).click();
	await page.getByLabel(/^Into the safe/).fill('ten');
	await page.getByRole('button', { name: 'Into the safe' }).click();
	await page.getByText('Please write a sum like 20 or 20.50.').waitFor();
	await page.getByLabel(/^Into the safe/).fill('10');
	await page.getByRole('button', { name: 'Into the safe' }).click();
	await page.getByRole('button', { name: 'Count and check out' }).click();
	await page.getByLabel(/^Counted/).fill('20');
	await page.getByText('$1.64 missing').waitFor();
	await page.getByLabel('What happened?').fill('gave change wrongly');
	await page.getByRole('button', { name: 'Check out', exact: true }).click();
	await page.getByText(/Checked out at/).waitFor();
	const { bags } = await get('/api/restaurants/r1/bags');
	const mine = bags.find((b) => b.driver_id === d.id);
	assert.deepEqual([mine.expected.minor, mine.counted.minor, mine.difference.minor, mine.note], [2164, 2000, -164, 'gave change wrongly']);
	await page.getByRole('button', { name: 'Close' }).click();
	const hq = await open('/hq#/r1');
	await hq.getByText('−$1.64').waitFor();
	await hq.context().close();
	await end();
});

test('a picture at the door and a tap from afar are what HQ sees', async () => {
	const { d, page, end } = await begin();
	const order = await place(pizza, { fulfilment: 'delivery' });
	await out(d, page, order);
	const guest = await open(order.tracking_url);
	const code = await guest.locator('.code p').textContent();
	await guest.context().close();
	await page.getByLabel('Photo').setInputFiles(new URL('../../../docs/screens/hq-dark.png', import.meta.url).pathname);
	await page.getByText('Photo taken').waitFor();
	await page.getByRole('button', { name: 'Name or code' }).click();
	await page.getByLabel('Code of the guest').fill(code);
	await page.getByRole('button', { name: 'Keep', exact: true }).click();
	await page.getByText(/\d+ m to the door/).waitFor();
	await hold(page, /^Delivered/);
	await page.getByText(/\d+ m from the door, and recorded so/).waitFor();
	await status(order, 'Delivered');
	const { proofs } = await get(`/api/orders/${order.id}/proof`);
	assert.deepEqual(proofs.map((p) => p.kind).sort(), ['code', 'photo']);
	const { timeline } = await get(`/api/orders/${order.id}`);
	assert.ok(timeline.at(-1).afar && timeline.at(-1).from_door_m > 500, JSON.stringify(timeline.at(-1)));
	const hq = await open(`/hq#/r1/${order.id}`);
	await hq.getByText(/\d+ m from the door/).waitFor();
	await hq.getByRole('button', { name: 'Show' }).click();
	await hq.getByRole('img', { name: 'Picture at the door' }).waitFor();
	await hq.context().close();
	await end();
});

test('the page outlives the cloud in mid-run, a reload too', async () => {
	const { d, page, end } = await begin();
	await page.evaluate(() => navigator.serviceWorker.ready);
	const order = await place(pizza, { fulfilment: 'delivery' });
	await out(d, page, order);
	await kill('cloud');
	await page.getByText(/No signal/).waitFor({ timeout: 30_000 });
	await page.reload();
	await page.getByText('12 Elm Street').waitFor();
	const before = Date.now();
	await hold(page, /^Delivered/);
	await page.getByText('Nothing to bring').waitFor();
	await page.waitForTimeout(6_000); // until it can no longer be taken back
	await page.reload();
	await page.getByText('One thing waits').waitFor();
	const after = Date.now();
	await start('cloud');
	await until('the cloud to be back', async () => get('/readyz').catch(() => false), 60_000);
	await until('the delivery to be known', async () => (await get(`/api/orders/${order.id}`)).status === 'Delivered', 60_000);
	const at = Date.parse((await get(`/api/orders/${order.id}`)).timeline.at(-1).at);
	assert.ok(at >= before && at <= after, `it is shown at ${new Date(at).toISOString()}`);
	await until('the kitchen to be back', async () => (await get('/api/restaurants/r1')).link.state === 'up', 60_000);
	await end();
});

test('an offer leaves the stop in hand in sight, and is gone when its time is up without signal', async () => {
	const { d, page, end } = await begin();
	const order = await place(pizza, { fulfilment: 'delivery' });
	await out(d, page, order);
	const { number } = await get(`/api/orders/${order.id}`);
	let lasts = 0; // for how long the offer holds that this story makes up, from each answer on: however slow the machine is, it is read in time; 0: there is none
	await page.route('**/api/drivers/*/offers', async (route) => {
		const response = await route.fetch();
		const work = await response.json();
		const ends = Date.now() + lasts;
		const offer = (n) => ({ id: `made-up-${n}`, order_id: `made-up-${n}`, state: 'open', at: new Date(ends - 30_000).toISOString(), expires_at: new Date(ends).toISOString(), restaurant: { name: 'Awesome Pizza Main Street', latitude: 40.741, longitude: -73.989 }, drop: { name: '', address: `${n} Old Pennsylvania Turnpike Service Road, Building C, Apartment 1207b, Springfield`, latitude: 40.75, longitude: -73.98 }, ready_at: null, cash_due: null, because: ['1 min away', 'ready in 6 min'], trip: 'made-up', stop: n });
		await route.fulfill({ response, json: lasts > 0 ? { ...work, offers: [offer(1), offer(2)] } : work });
	});
	const accept = page.getByRole('button', { name: 'Accept all 2' });
	const box = (of) => of.boundingBox();
	lasts = 600_000;
	await accept.waitFor({ timeout: 60_000 });
	const [yes, street, thumb] = [await box(accept), await box(page.locator('section .street')), await box(page.getByRole('button', { name: new RegExp(`^Delivered.*Order ${number}`) }))];
	assert.ok(yes.y + yes.height < street.y && street.y + street.height < thumb.y, JSON.stringify([yes, street, thumb]));
	await page.getByRole('button', { name: 'End shift' }).click();
	await page.getByRole('heading', { name: 'You still have something to bring' }).waitFor();
	await page.getByText('It is in your bag').waitFor();
	await page.getByRole('button', { name: 'Stay on shift' }).click();
	await page.getByText('On a run').waitFor();

	// Who accepts by keyboard is not thrown off the page.
	await page.route('**/trips/made-up/accept', async (route) => {
		lasts = 0;
		await route.fulfill({ json: {} });
	});
	await accept.focus();
	await page.keyboard.press('Enter');
	await page.locator(`#stop-${order.id}:focus`).waitFor();

	lasts = 15_000;
	await accept.waitFor({ timeout: 60_000 });
	await page.context().setOffline(true);
	await page.getByText(/No signal/).waitFor({ timeout: 60_000 });
	await accept.waitFor({ state: 'detached', timeout: 60_000 });
	lasts = 0;
	await page.context().setOffline(false);
	await page.getByText(/No signal/).waitFor({ state: 'detached', timeout: 60_000 });
	await hold(page, /^Delivered/);
	await status(order, 'Delivered');
	await end();
});

test('the page is an app that a phone can install', async () => {
	const page = await open('/driver');
	const manifest = await (await fetch(new URL(await page.locator('link[rel=manifest]').getAttribute('href'), process.env.CLOUD_URL))).json();
	assert.equal(manifest.start_url, '/driver');
	for (const icon of manifest.icons) assert.equal((await fetch(new URL(icon.src, process.env.CLOUD_URL))).status, 200);
	await page.context().close();
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

test('what cannot be fetched is given back, with a reason, and is nobody’s again', async () => {
	const { d, page, end } = await begin();
	const order = await place(pizza, { fulfilment: 'delivery' });
	await cook(order, 5);
	await post(`/api/orders/${order.id}/assign-driver`, { driver_id: d.id });
	await page.getByRole('button', { name: 'Give it back' }).click();
	await page.getByRole('button', { name: 'breakdown' }).click();
	await until('the order to be nobody’s', async () => (await get(`/api/orders/${order.id}`)).delivery.driver === null);
	assert.equal((await get(`/api/orders/${order.id}`)).status, 'ReadyForPickup');
	const { hands } = await get(`/api/hq/orders/${order.id}/hands`);
	assert.deepEqual([hands.at(-1).act, hands.at(-1).by, hands.at(-1).because], ['taken_off', `driver:${d.id}`, 'breakdown']);
	await page.getByRole('button', { name: 'Give it back' }).waitFor({ state: 'detached' });
	await end();
});

test('who ends the shift anyway lets go of what is not fetched, and brings what is in the bag', async () => {
	const { d, page } = await begin();
	const [bag, shelf] = [await place(pizza, { fulfilment: 'delivery' }), await place(pizza, { fulfilment: 'delivery' })];
	await out(d, page, bag);
	await cook(shelf, 5);
	await post(`/api/orders/${shelf.id}/assign-driver`, { driver_id: d.id });
	const name = async (order) => `Order ${(await get(`/api/orders/${order.id}`)).number}`;
	const [his, other] = [await name(bag), await name(shelf)];
	await page.locator('h3', { hasText: other }).waitFor();
	await page.getByRole('button', { name: 'End shift' }).click();
	await page.getByRole('listitem').filter({ hasText: his }).getByText('It is in your bag').waitFor();
	await page.getByRole('listitem').filter({ hasText: other }).getByText('Somebody else is asked for it.').waitFor();
	await page.getByRole('button', { name: 'End the shift anyway' }).click();
	await page.getByText('Off shift').waitFor();
	await until('the other order to be nobody’s', async () => (await get(`/api/orders/${shelf.id}`)).delivery.driver?.id !== d.id, 60_000);
	await page.locator('h3', { hasText: other }).waitFor({ state: 'detached' });
	await page.getByRole('heading', { name: his }).waitFor();
	await hold(page, /^Delivered/);
	await status(bag, 'Delivered');
	await page.getByText('Nothing to bring').waitFor();
	await page.context().close();
	await clear('r1');
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
