// Takes the pictures in docs/screens: every page, in both themes, at the sizes it is used at.
import { test } from 'node:test';
import { clear, cook, desk, door, fillIn, get, hold, internet, near, open, phone, photograph, place, post, put, status, until } from './stage.mjs';

const themes = ['light', 'dark'];

test('pictures of ordering', async () => {
	for (const theme of themes) {
		for (const [name, size] of [['phone', phone], ['desk', desk]]) {
			const page = await open('/', { theme, size });
			await page.getByRole('link', { name: /See the menu/ }).first().waitFor();
			await photograph(page, `order-restaurants-${name}-${theme}`);
			await page.getByRole('link', { name: /See the menu/ }).first().click();
			await page.getByRole('button', { name: /Margherita/ }).first().waitFor();
			await photograph(page, `order-menu-${name}-${theme}`);
			await page.getByRole('button', { name: /Diavola/ }).click();
			await page.getByRole('radio', { name: 'Half and half' }).check();
			await page.getByLabel(/The other half/).selectOption('vegetariana');
			await page.getByRole('button', { name: 'Take off Jalapeños' }).click();
			await photograph(page, `order-builder-${name}-${theme}`);
			await page.getByRole('button', { name: /^Add · / }).click();
			await page.getByRole('button', { name: /Cola zero/ }).click();
			await page.getByRole('link', { name: /Go to checkout/ }).locator('visible=true').first().click();
			await fillIn(page);
			await page.getByRole('button', { name: /Order now · \$/ }).waitFor();
			await page.waitForTimeout(600);
			await photograph(page, `order-checkout-${name}-${theme}`, true);
			await page.getByLabel('Phone').fill('555');
			await page.getByRole('button', { name: /Order now/ }).click();
			await page.getByText('Please write the number').waitFor();
			await photograph(page, `order-wrong-${name}-${theme}`);
			await page.context().close();
		}
	}
});

async function driverOf(order) {
	const d = await post('/api/drivers', { name: 'Enzo', phone: '+12025550177', vehicle: 'scooter', restaurant_id: order.restaurant_id });
	const as = { Authorization: `Bearer ${d.secret}` };
	await post(`/api/orders/${order.id}/assign-driver`, { driver_id: d.id });
	await put(`/api/orders/${order.id}/status`, { status: 'PickedUp' }, as);
	await post(`/api/orders/${order.id}/start-delivery`, {}, as);
	return { ...d, locate: async (p, heading) => post(`/api/drivers/${d.id}/location`, { ...p, heading }, as).catch(() => undefined) };
}

test('pictures of tracking', async () => {
	await clear('r1');
	const baking = await place([{ product: 'capricciosa', size: 'large', toppings: [{ topping: 'olives', amount: 'none' }] }], { fulfilment: 'delivery' });
	await cook(baking, 3);
	const out = await place([{ product: 'diavola', size: 'medium' }], { fulfilment: 'delivery' });
	await cook(out, 5);
	const driver = await driverOf(out);
	const fetched = await place([{ product: 'margherita', size: 'small' }]);
	await cook(fetched, 5);
	for (const theme of themes) {
		for (const [name, size] of [['phone', phone], ['desk', desk]]) {
			for (const [what, order] of [['baking', baking], ['carryout', fetched], ['out', out]]) {
				const page = await open(order.tracking_url, { theme, size });
				await page.getByRole('heading', { level: 1 }).waitFor();
				if (what === 'out') {
					await page.getByText('You', { exact: true }).waitFor();
					await driver.locate(await near('r1', 420, 260), 60);
					await page.getByText(/Position \d+ s old/).waitFor();
				}
				await photograph(page, `track-${what}-${name}-${theme}`, true);
				await page.context().close();
			}
		}
	}
	const page = await open(baking.tracking_url);
	await internet('r1', false);
	await page.getByText('The restaurant is cut off').waitFor({ timeout: 60_000 });
	await photograph(page, 'track-cut-off-phone-light');
	await internet('r1', true);
	await page.context().close();
});

test('pictures of HQ', async () => {
	await clear('r1');
	await clear('r2');
	for (const product of ['napoli', 'hawaii', 'tonno', 'parma', 'greca']) await place([{ product, size: 'medium' }], { restaurant: 'r2', fulfilment: product === 'parma' ? 'carryout' : 'delivery' });
	for (const [i, product] of ['fiorentina', 'calabrese', 'diavola', 'marinara', 'vegetariana'].entries()) {
		await cook(await place([{ product, size: 'large' }], { fulfilment: i % 2 === 0 ? 'delivery' : 'carryout' }), 5 - i || 1);
	}
	const enzo = await post('/api/drivers', { name: 'Enzo', vehicle: 'scooter', restaurant_id: 'r1' });
	const as = { Authorization: `Bearer ${enzo.secret}` };
	await put(`/api/drivers/${enzo.id}/status`, { status: 'available' }, as);
	await post(`/api/drivers/${enzo.id}/location`, await near('r1', 500, -300), as).catch(() => undefined);
	for (const theme of themes) {
		const page = await open('/hq', { theme, size: desk });
		await page.getByRole('table').waitFor();
		await photograph(page, `hq-${theme}`);
		await page.getByRole('link', { name: 'Awesome Pizza Main Street' }).click();
		await page.getByRole('columnheader', { name: 'Promised by' }).waitFor();
		await page.locator('tbody a').first().click();
		await page.getByText('What happened').waitFor();
		await page.waitForTimeout(500);
		await photograph(page, `hq-restaurant-${theme}`);
		await page.context().close();
	}
	await internet('r2', false);
	const page = await open('/hq', { size: desk });
	await page.getByText(/cut off for/).waitFor({ timeout: 60_000 });
	await photograph(page, 'hq-cut-off-light');
	await internet('r2', true);
	await page.context().close();
});

test('pictures of dispatch', async () => {
	await clear('r1');
	await clear('r2');
	const team = [];
	for (const [name, vehicle, restaurant, east, north] of [['Enzo', 'scooter', 'r1', 500, -300], ['Giulia', 'bicycle', 'r1', -900, 400], ['Marco', 'car', 'r2', 600, 700]]) {
		const d = await post('/api/drivers', { name, vehicle, restaurant_id: restaurant });
		const as = { Authorization: `Bearer ${d.secret}` };
		await put(`/api/drivers/${d.id}/status`, { status: 'available' }, as);
		await post(`/api/drivers/${d.id}/location`, await near(restaurant, east, north), as).catch(() => undefined);
		team.push({ ...d, as });
	}
	const orders = [];
	for (const [i, product] of ['fiorentina', 'calabrese', 'diavola', 'marinara', 'vegetariana', 'napoli', 'greca'].entries()) {
		const address = { ...door, ...(await near('r1', Math.round(1700 * Math.cos(i * 2)), Math.round(1300 * Math.sin(i * 2)))) };
		orders.push(await place([{ product, size: 'large' }], { fulfilment: 'delivery', address }));
	}
	await cook(orders[0], 5);
	await cook(orders[1], 3);
	await post(`/api/orders/${orders[0].id}/assign-driver`, { driver_id: team[0].id });
	await put(`/api/orders/${orders[0].id}/status`, { status: 'PickedUp' }, team[0].as);
	await post(`/api/orders/${orders[2].id}/assign-driver`, { driver_id: team[1].id });
	await status(orders[6], 'Queued');
	for (const theme of themes) {
		for (const [name, size] of [['desk', desk], ['wide', { width: 1920, height: 1080 }], ['tablet', { width: 820, height: 1180, scale: 1, touch: true }]]) {
			const page = await open('/hq#/~dispatch/r1', { theme, size });
			await page.locator('.lanes ol a').first().waitFor();
			await photograph(page, `hq-dispatch-${name}-${theme}`, name === 'tablet');
			await page.getByRole('button', { name: 'One more at Awesome Pizza Main Street' }).click();
			await page.getByRole('status').getByText(/→|That would change nothing now/).waitFor();
			await page.getByRole('link', { name: /given by hand/ }).first().click();
			await page.getByText('What happened to it').waitFor();
			await photograph(page, `hq-dispatch-order-${name}-${theme}`, name === 'tablet');
			await page.context().close();
		}
	}
	for (const d of team) await put(`/api/drivers/${d.id}/status`, { status: 'end_of_shift' }, d.as).catch(() => undefined);
});

test('pictures of the driver’s phone', async () => {
	await clear('r1');
	const at = await near('r1', 100, 100);
	const d = await post('/api/drivers', { name: 'Gina', vehicle: 'scooter', restaurant_id: 'r1' });
	for (const theme of themes) {
		const page = await open('/driver', { theme, at });
		await page.getByRole('button', { name: 'Sign in' }).waitFor();
		await photograph(page, `driver-sign-in-${theme}`);
		await page.getByLabel('Driver number').fill(d.id);
		await page.getByLabel('Secret').fill(d.secret);
		await page.getByRole('button', { name: 'Sign in' }).click();
		await page.getByRole('button', { name: /shift/ }).waitFor();
		await photograph(page, `driver-off-${theme}`);
		await page.getByRole('button', { name: 'Start shift' }).click();
		const home = await near('r1', 900, 600);
		const order = await place([{ product: 'pepperoni', size: 'large' }], { fulfilment: 'delivery', address: { street: '12 Elm Street', city: 'Springfield', note: '3rd floor, bell “Lovelace”', ...home } });
		await cook(order, 3);
		await post(`/api/orders/${order.id}/assign-driver`, { driver_id: d.id });
		await page.getByRole('button', { name: 'Picked up' }).waitFor();
		await photograph(page, `driver-waits-${theme}`);
		await cook(order, 5, 3);
		await page.getByText('Ready on the shelf').waitFor();
		await photograph(page, `driver-ready-${theme}`);
		await page.getByRole('button', { name: 'Picked up' }).click();
		await page.getByRole('button', { name: 'Leave now' }).click();
		await page.getByRole('button', { name: /^Delivered/ }).waitFor();
		await until('the cloud to reckon the arrival', async () => page.getByText(/ · there /).isVisible());
		await photograph(page, `driver-out-${theme}`);
		await page.getByRole('button', { name: 'Did not work' }).click();
		await photograph(page, `driver-fail-${theme}`);
		await page.getByRole('button', { name: 'Back' }).click();
		await page.getByRole('button', { name: 'Cash bag' }).click();
		await page.getByLabel(/^Float/).fill('20');
		await photograph(page, `driver-bag-in-${theme}`);
		await page.getByRole('button', { name: 'Check in' }).click();
		await page.getByRole('button', { name: 'Close' }).click();
		await hold(page, /^Delivered/);
		await page.getByRole('button', { name: /Undo/ }).waitFor();
		await photograph(page, `driver-undo-${theme}`);
		await status(order, 'Delivered');
		await page.getByRole('button', { name: /Cash bag/ }).click();
		await page.getByText(/^From \d+ guests?$/).waitFor(); // what was paid while no bag was open lies in the next one
		await photograph(page, `driver-bag-${theme}`);
		await page.getByRole('button', { name: 'Count and check out' }).click();
		await page.getByLabel(/^Counted/).fill('30');
		await photograph(page, `driver-bag-count-${theme}`);
		await page.getByRole('button', { name: 'Check out', exact: true }).click();
		await page.getByText(/Checked out at/).waitFor();
		await page.getByRole('button', { name: 'Close' }).click();
		const run = [];
		for (const [east, north, street] of [[900, 600, '12 Elm Street'], [300, 200, '3 Oak Street'], [1200, 900, '40 Maple Avenue']]) {
			const one = await place([{ product: 'margherita', size: 'small' }], { fulfilment: 'delivery', address: { street, city: 'Springfield', ...(await near('r1', east, north)) } });
			await cook(one, 5);
			await post(`/api/orders/${one.id}/assign-driver`, { driver_id: d.id });
			await post(`/api/orders/${one.id}/start-delivery`);
			run.push(one);
		}
		await page.getByText('Stop 1 of 3').waitFor();
		await photograph(page, `driver-run-${theme}`);
		for (const one of run) await post(`/api/orders/${one.id}/complete-delivery`);
		await page.getByText('Nothing to bring').waitFor();
		const next = await place([{ product: 'marinara', size: 'small' }], { fulfilment: 'delivery' });
		await cook(next, 5);
		await page.getByRole('button', { name: 'Accept' }).first().waitFor({ timeout: 60_000 });
		await photograph(page, `driver-offer-${theme}`);
		await page.getByRole('button', { name: 'Decline' }).first().click();
		await page.getByRole('button', { name: 'End shift' }).click();
		await until('the cloud to hear that the shift is over', async () => ['offline', 'end_of_shift'].includes((await get(`/api/drivers/${d.id}/status`)).status));
		await page.context().close();
	}
});
