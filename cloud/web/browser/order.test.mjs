// A guest orders, on a bad line.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errors, fillIn, get, internet, near, open, until } from './stage.mjs';

const ofGuest = async (name) => (await get('/api/restaurants/r1/orders?limit=200')).orders.filter((o) => o.customer.name === name);

/** send86 takes something off the menu at a restaurant, or puts it back. */
async function send86(node, method, path, body) {
	const answer = await fetch(`${node}/api/86${path}`, { method, headers: { 'Content-Type': 'application/json' }, ...(body ? { body: JSON.stringify(body) } : {}) });
	if (!answer.ok) throw new Error(`${method} /api/86${path}: ${answer.status} ${await answer.text()}`);
}

async function toCheckout(page) {
	await page.getByRole('link', { name: /See the menu.*Main Street/ }).click();
	await page.getByRole('button', { name: /Diavola/ }).click();
	await page.getByRole('radio', { name: 'Half and half' }).check();
	await page.getByLabel(/The other half/).selectOption('vegetariana');
	await page.getByRole('button', { name: 'Take off Jalapeños' }).click();
	await page.getByRole('button', { name: /^Add · / }).click();
	await page.getByRole('link', { name: /Go to checkout/ }).locator('visible=true').first().click();
}

test('a pizza is built as it will be baked, and costs what the cloud says', async () => {
	const page = await open('/');
	await toCheckout(page);
	await page.getByText('without Jalapeños').waitFor();
	await page.getByText('Contains gluten, milk, sulphites').waitFor();
	await page.getByRole('radio', { name: 'Carry out' }).check();
	await page.getByRole('button', { name: 'Order now · $15.69' }).waitFor(); // 14.49 and 8.25 %
	await page.getByText('Ready for you').waitFor();
	await page.getByRole('radio', { name: 'Delivery' }).check();
	await page.getByRole('button', { name: 'Order now · $18.68' }).waitFor(); // and 2.99
	await page.getByText('At your door').waitFor();
	await page.context().close();
});

test('another crust, sauce and cut, and an allergy, go from the guest to the cook', async () => {
	const page = await open('/');
	const name = `Mary ${Date.now()}`;
	await page.getByRole('link', { name: /See the menu.*Main Street/ }).click();
	await page.getByRole('button', { name: /Margherita/ }).click();
	await page.getByLabel('Crust', { exact: true }).selectOption('stuffed');
	assert.equal(await page.getByRole('radio', { name: /^Small/ }).isDisabled(), true);
	await page.getByRole('radio', { name: /^Large/ }).check();
	await page.getByLabel('Sauce', { exact: true }).selectOption('bbq');
	await page.getByLabel('Cut', { exact: true }).selectOption('squares');
	await page.getByRole('button', { name: 'Add · $18.49' }).click(); // 14.99, 2.50 and 1.00
	await page.getByRole('link', { name: /Go to checkout/ }).locator('visible=true').first().click();
	await page.getByText('Crust: Stuffed').waitFor();
	await page.getByText('Allergies?').click();
	await page.getByRole('button', { name: 'nuts', exact: true }).click();
	await page.getByRole('button', { name: 'milk', exact: true }).click();
	await page.getByText('milk is in Margherita. Please change it, or take it out.').waitFor();
	await page.getByRole('button', { name: 'milk', exact: true }).click();
	await page.getByText('milk is in Margherita').waitFor({ state: 'detached' });
	await page.getByRole('radio', { name: 'Carry out' }).check();
	await fillIn(page, { delivery: false });
	await page.getByLabel('Name', { exact: true }).fill(name);
	await page.getByRole('button', { name: 'Order now · $20.02' }).click(); // and 8.25 %
	await page.waitForURL(/\/track\//);
	await page.getByText('Cut: squares').waitFor();
	await page.getByText('Allergy: nuts').waitFor();
	const [order] = await ofGuest(name);
	const { crust, sauce, cut, avoid } = order.lines[0];
	assert.deepEqual([crust, sauce, cut, avoid], ['stuffed', 'bbq', 'squares', ['nuts']]);
	await page.context().close();

	const board = await open(process.env.EDGE_R1, { size: { width: 1920, height: 1080, scale: 1, touch: false } });
	await board.evaluate(() => localStorage.setItem('awesome.view', 'make'));
	await board.reload();
	const ticket = board.locator(`article[data-order="${order.id}"]`).first();
	await ticket.getByText('Crust Stuffed').waitFor();
	await ticket.getByText('Sauce Barbecue').waitFor();
	await ticket.locator('.banner').getByText(/Allergy nuts/i).waitFor();
	await board.context().close();
});

test('what is sold out is grey, is said in words, and comes back by itself', async () => {
	const node = process.env.EDGE_R1;
	const off = [['product', 'cola'], ['topping', 'nduja'], ['topping', 'bbq_sauce'], ['ingredient', 'gluten_free_base']];
	const gone = async () => Object.values((await get('/api/restaurants/r1/menu')).sold_out).flat().map((m) => m.id);
	const page = await open('/');
	await page.getByRole('link', { name: /See the menu.*Main Street/ }).click();
	await page.getByRole('button', { name: /Margherita/ }).click();
	await page.getByRole('radio', { name: /^Medium/ }).check();
	await page.getByLabel('Crust', { exact: true }).selectOption('gluten_free'); // while there is some
	await page.getByRole('button', { name: /^Add · / }).click();
	try {
		for (const [kind, id] of off) await send86(node, 'POST', '', { kind, id, reason: 'sold out' });
		await until('the cloud to know', async () => {
			const ids = await gone();
			return ['cola', 'nduja', 'bbq', 'gluten_free'].every((id) => ids.includes(id));
		});

		const card = page.getByRole('button', { name: /Cola.*Sold out/ });
		await card.waitFor({ timeout: 30_000 }); // it looks again by itself
		assert.equal(await card.isDisabled(), true);
		await page.getByRole('button', { name: /Diavola.*Today without/ }).click();
		await page.getByText('Sold out', { exact: true }).locator('visible=true').first().waitFor();
		assert.equal(await page.getByRole('button', { name: /Put .*nduja.* back/i }).count(), 0);
		assert.equal(await page.getByRole('button', { name: /Barbecue.*Sold out/ }).isDisabled(), true);
		await page.getByRole('button', { name: 'Close' }).click();

		await page.getByRole('button', { name: /Margherita/ }).first().click();
		const crust = page.getByLabel('Crust', { exact: true });
		const sauce = page.getByLabel('Sauce', { exact: true });
		assert.equal(await crust.locator('option', { hasText: 'Gluten-free (sold out)' }).isDisabled(), true);
		assert.equal(await sauce.locator('option', { hasText: 'Barbecue (sold out)' }).isDisabled(), true);
		assert.equal(await crust.locator('option', { hasText: 'Thin' }).isDisabled(), false);
		await page.getByRole('button', { name: 'Close' }).click();

		await page.getByRole('link', { name: /Go to checkout/ }).locator('visible=true').first().click();
		await page.getByRole('radio', { name: 'Carry out' }).check();
		await fillIn(page, { delivery: false });
		await page.getByRole('button', { name: /Order now/ }).click();
		await page.getByText(/Gluten-free.*sold out\. Please change it, or take it out\./).waitFor();
		await page.getByText('Something in your basket is sold out.').first().waitFor();
		await page.getByRole('button', { name: 'Change Margherita' }).click();
		await page.getByText('This is sold out. Please choose another one.').waitFor();
		await page.getByLabel('Crust', { exact: true }).selectOption('thin');
		await page.getByRole('button', { name: /^Save · / }).click();
		await page.getByText('Please change it, or take it out.').waitFor({ state: 'detached' });
	} finally {
		for (const [kind, id] of off) await send86(node, 'DELETE', `/${kind}/${id}`);
	}
	await until('the cloud to know that it is back', async () => (await gone()).length === 0);
	await page.getByRole('link', { name: /Back to the menu/ }).click();
	await page.getByRole('button', { name: /Cola.*Sold out/ }).waitFor({ state: 'detached', timeout: 30_000 });
	await page.context().close();
});

test('what is missing is said beside the field, and focus goes there', async () => {
	const page = await open('/');
	await toCheckout(page);
	await page.getByRole('button', { name: /Order now/ }).click();
	for (const text of ['Please tell us your name.', 'Please write the number with its country', 'Please tell us street and number.', 'Please tell us the city.', 'Please put the pin on your door.']) {
		await page.getByText(text).first().waitFor();
	}
	assert.equal(await page.evaluate(() => document.activeElement?.id), 'name');
	await page.getByLabel('Name', { exact: true }).fill('Ada');
	assert.equal(await page.getByText('Please tell us your name.').count(), 0);
	await page.context().close();
});

test('the pin can be put by key, by finger and by the device, and knows the delivery area', async () => {
	const at = await near('r1', 1200, -900);
	const page = await open('/', { at });
	await toCheckout(page);
	await page.getByRole('button', { name: 'Move the pin east' }).press('ArrowRight');
	await page.getByText(/m east of Awesome Pizza Main Street/).first().waitFor();
	await page.getByRole('button', { name: 'Where I am' }).click();
	await page.getByText('1.5 km south-east of Awesome Pizza Main Street').first().waitFor();
	const map = page.getByRole('img', { name: /Your door on the map/ });
	await map.click({ position: { x: 20, y: 20 } });
	await page.getByText(/north-west of Awesome Pizza|west of|north of|north-east of|south-east of|east of/).first().waitFor();
	for (let i = 0; i < 7; i++) await page.getByRole('button', { name: 'Further away' }).click({ force: true });
	await map.click({ position: { x: 5, y: 5 } });
	await page.getByText('That is outside the delivery area').waitFor();
	await page.getByText('The restaurant does not deliver that far.').waitFor();
	await page.context().close();
});

test('an order whose answer got lost is ordered once, over retries and a reload', async () => {
	const page = await open('/');
	const name = `Grace ${Date.now()}`;
	await toCheckout(page);
	await fillIn(page);
	await page.getByLabel('Name', { exact: true }).fill(name);
	let swallowed = 0;
	await page.route('**/api/orders', async (route) => {
		await route.fetch(); // the cloud has it, the guest does not hear of it
		swallowed++;
		await route.abort();
	});
	await page.getByRole('button', { name: /Order now/ }).click();
	await page.getByText('We do not know yet whether your order arrived').waitFor();
	assert.equal(swallowed, 4);
	await page.reload();
	await page.getByText('We do not know yet whether your order arrived').waitFor();
	await page.unroute('**/api/orders');
	await page.getByRole('button', { name: 'Send again' }).click();
	await page.waitForURL('**/track/*');
	await page.getByRole('heading', { level: 1 }).waitFor();
	assert.equal((await ofGuest(name)).length, 1);
	await page.goBack();
	await page.getByText('Nothing in here yet').locator('visible=true').waitFor();
	await page.context().close();
});

test('a basket survives a reload', async () => {
	const page = await open('/');
	await toCheckout(page);
	await page.reload();
	await page.getByText('Diavola / Vegetariana').waitFor();
	await page.getByRole('button', { name: /Take out Diavola/ }).click();
	await page.getByText('Nothing in here yet').waitFor();
	await page.context().close();
});

test('a cut-off restaurant says so and refuses in words', async () => {
	const page = await open('/');
	await toCheckout(page);
	await fillIn(page);
	await internet('r1', false);
	await page.getByRole('button', { name: /Order now/ }).click();
	await page.getByText('The restaurant takes no web orders at the moment.').first().waitFor();
	await page.getByRole('link', { name: 'Change restaurant' }).click();
	await page.getByText('We cannot reach the kitchen, so we take no orders for it.').waitFor({ timeout: 20_000 });
	await internet('r1', true);
	await page.getByText('We cannot reach the kitchen').waitFor({ state: 'detached', timeout: 30_000 });
	await page.context().close();
});

test('it speaks Italian to Italians', async () => {
	const page = await open('/', { locale: 'it-IT' });
	await page.getByRole('heading', { name: 'Dove la inforniamo?' }).waitFor();
	assert.equal(await page.evaluate(() => document.documentElement.lang), 'it');
	await page.getByRole('link', { name: /Vai al menu/ }).first().click();
	await page.getByText('da 8,99').first().waitFor();
	await page.context().close();
});

test('it can be done with the keyboard alone', async () => {
	const page = await open('/', { size: { width: 1280, height: 800, scale: 1, touch: false } });
	await page.getByRole('link', { name: /See the menu/ }).first().focus();
	await page.keyboard.press('Enter');
	await page.getByRole('button', { name: /Margherita/ }).focus();
	await page.keyboard.press('Enter');
	const dialog = page.getByRole('dialog', { name: 'Margherita' });
	await dialog.waitFor();
	await page.keyboard.press('Escape');
	await dialog.waitFor({ state: 'detached' });
	await until('focus to be back on the card', async () => page.evaluate(() => document.activeElement?.textContent?.includes('Margherita')));
	await page.context().close();
});

test('no page threw an error on the way', () => assert.deepEqual(errors, []));
