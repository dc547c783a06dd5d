// The counter: quick, honest, and the same with the internet cut.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { card, edge, errors, photograph, post, tablet, tap, violations, world } from './stage.mjs';

test('a pizza with two changes takes no more than ten taps, and its number is shown', async () => {
	const page = await tablet('/counter', { width: 1280, height: 800 });
	let taps = 0;
	const tap = (name, options = {}) => {
		taps++;
		return page.getByRole('button', { name, ...options }).first().click();
	};
	await tap(/Margherita/);
	await tap('Large');
	await tap('Fresh basil');
	await tap('Mushrooms');
	await tap('Mushrooms');
	await tap(/Place order/);
	const done = page.getByRole('dialog', { name: 'Order number' });
	await done.waitFor();
	assert.ok(taps <= 10, `${taps} taps`);
	assert.match(await done.innerText(), /^Order number\s+1\s+Total \$\d+\.\d\d · ready between/);
	const { orders } = await (await fetch(`${edge}/api/orders`)).json();
	assert.equal(orders.length, 1);
	assert.equal(orders[0].lines[0].size, 'large');
	assert.deepEqual(orders[0].lines[0].toppings.map((t) => [t.topping, t.amount]), [['basil', 'none'], ['mushrooms', 'extra']]);
	await tap('$10', { exact: true });
	await tap('$20', { exact: true });
	await page.getByText('given $30.00').waitFor();
	const [, total, change] = (await done.innerText()).match(/Total \$([\d.]+)[\s\S]*Change \$([\d.]+)/);
	assert.equal((30 - total).toFixed(2), change);
	await tap('Next order');
	assert.ok(taps <= 10, `${taps} taps with the change`);
	await page.getByText('Touch what the guest wants.').waitFor();
	await page.context().close();
});

test('half and half, with a change on one half and an allergy', async () => {
	const page = await tablet('/counter');
	await page.getByRole('button', { name: /^Diavola/ }).click();
	await page.getByRole('button', { name: 'Second half' }).click();
	await page.getByRole('button', { name: 'Hawaii' }).click();
	await page.getByRole('button', { name: 'Right half' }).click();
	await page.getByRole('button', { name: 'Black olives' }).click();
	await page.getByRole('textbox', { name: /Note for the kitchen/ }).fill('a little is too much');
	await page.getByRole('button', { name: 'Allergy' }).click();
	await page.getByRole('button', { name: 'nuts', exact: true }).click();
	await page.getByRole('button', { name: /Place order/ }).click();
	await page.getByRole('dialog', { name: 'Order number' }).waitFor();
	const { orders } = await (await fetch(`${edge}/api/orders`)).json();
	const line = orders.at(-1).lines[0];
	assert.equal(line.name, 'Diavola / Hawaii');
	assert.deepEqual(line.toppings, [{ topping: 'olives', placement: 'right', amount: 'normal' }]);
	assert.equal(line.note, 'a little is too much');
	assert.deepEqual(line.avoid, ['nuts']);
	await page.context().close();
});

test('another crust, sauce and cut, and an allergy that the pizza is asked about, reach cook and cutter', async () => {
	const page = await tablet('/counter', { width: 1280, height: 800 });
	await page.getByRole('button', { name: /^Margherita/ }).click();
	await page.getByRole('button', { name: 'Small' }).click();
	await page.getByRole('button', { name: 'Crust Classic' }).click();
	assert.equal(await page.getByRole('button', { name: 'Stuffed' }).isDisabled(), true); // there is none in that size
	await page.getByRole('button', { name: 'Large' }).click();
	await page.getByRole('button', { name: 'Stuffed +$2.50' }).click();
	await page.getByText('Some sizes do not come with the crust Stuffed.').waitFor();
	assert.equal(await page.getByRole('button', { name: 'Small' }).isDisabled(), true);
	await page.getByRole('button', { name: 'Sauce Tomato' }).click();
	await page.getByRole('button', { name: /^Barbecue/ }).click();
	await page.getByRole('button', { name: 'Cut 8 slices' }).click();
	await page.getByRole('button', { name: 'Squares' }).click();
	await page.getByRole('button', { name: 'Allergy' }).click();
	await page.getByRole('button', { name: 'nuts', exact: true }).click();
	await page.getByRole('button', { name: 'milk', exact: true }).click();
	assert.deepEqual(await violations(page, 'allergies at the counter'), []);
	const basket = page.getByRole('complementary');
	await basket.getByText('Crust: Stuffed, Sauce: Barbecue, Cut: Squares').waitFor();
	await basket.getByText('milk is in it').waitFor();
	await page.getByRole('button', { name: /Place order/ }).click();
	const sure = page.getByRole('dialog', { name: 'This could harm the guest' });
	await sure.getByText('Margherita: milk is in it, and the guest must not get that.').waitFor();
	await sure.getByRole('button', { name: 'Back', exact: true }).click();
	await page.getByRole('button', { name: /Place order/ }).click();
	await sure.getByRole('button', { name: 'The guest knows: place it' }).click();
	await page.getByRole('dialog', { name: 'Order number' }).waitFor();
	const order = (await (await fetch(`${edge}/api/orders?state=open`)).json()).orders.at(-1);
	const [line] = order.lines;
	assert.deepEqual([line.crust, line.sauce, line.cut, line.avoid, line.unit_price.minor], ['stuffed', 'bbq', 'squares', ['milk', 'nuts'], 1499 + 250 + 100]);

	const make = await tablet('/', { view: 'make' });
	const ticket = card(make, order);
	await ticket.getByText('Crust Stuffed').waitFor();
	await ticket.getByText('Sauce Barbecue').waitFor();
	await ticket.locator('.banner').getByText(/Allergy milk, nuts \(milk is in it\)/i).waitFor();
	assert.equal(await ticket.getByText('Cut Squares').count(), 0);
	assert.deepEqual(await violations(make, 'a ticket with an allergy'), []);
	await make.context().close();
	await tap(order.id, 'start', { station: 'make' });
	for (const station of ['make', 'oven', 'oven']) await tap(order.id, 'bump', { station });
	const cut = await tablet('/', { view: 'cut' });
	await card(cut, order).getByText('Cut Squares').waitFor();
	await cut.context().close();
	await page.context().close();
});

test('an order by phone, found by what is on it, with nothing but the keyboard', async () => {
	const page = await tablet('/counter', { width: 1280, height: 800 });
	await page.getByRole('button', { name: /Margherita/ }).waitFor();
	await page.getByRole('button', { name: 'By phone' }).click();
	assert.equal(await page.getByRole('button', { name: 'Eat in' }).count(), 0);
	await page.keyboard.press('/');
	await page.keyboard.type('tiramisu');
	assert.equal(await page.locator('.tiles button').count(), 1);
	await page.keyboard.press('Enter');
	await page.getByRole('complementary').getByText('1× Tiramisù').waitFor();
	await page.keyboard.type('sushi');
	await page.getByText('called “sushi”').waitFor();
	await page.keyboard.press('Escape');
	await page.getByRole('textbox', { name: 'Phone' }).fill('+39 055 123456');
	await page.keyboard.press('Control+Enter');
	await page.getByRole('dialog', { name: 'Order number' }).waitFor();
	const { orders } = await (await fetch(`${edge}/api/orders`)).json();
	const placed = orders.find((o) => o.customer.phone === '+39 055 123456');
	assert.equal(placed.channel, 'phone');
	await page.keyboard.press('Escape');
	await page.getByRole('button', { name: 'At the counter', pressed: true }).waitFor();
	await page.context().close();
});

test('an order whose answer was lost is placed once', async () => {
	const page = await tablet('/counter');
	await page.getByRole('button', { name: 'Drinks' }).click();
	await page.getByRole('button', { name: /^Cola\b/ }).first().click();
	const count = async () => (await (await fetch(`${edge}/api/orders`)).json()).orders.length;
	const before = await count();
	let first = true;
	await page.route('**/api/orders', async (route) => {
		if (!first) return route.continue();
		first = false;
		await route.fetch();
		await route.abort('connectionreset');
	});
	await page.getByRole('button', { name: /Place order/ }).click();
	await page.getByText('it will not be ordered twice').waitFor();
	await page.getByRole('button', { name: /Place order/ }).click();
	await page.getByRole('dialog', { name: 'Order number' }).waitFor();
	assert.equal(await count(), before + 1);
	await page.context().close();
});

test('a reload in the middle of an order loses nothing, and what was taken meanwhile is told by its number', async () => {
	const page = await tablet('/counter', { width: 1280, height: 800 });
	await page.getByRole('button', { name: /^Marinara/ }).click();
	await page.getByRole('button', { name: 'By phone' }).click(); // while the editor is open
	await page.getByRole('button', { name: 'Large' }).click();
	await page.getByRole('textbox', { name: 'Phone' }).fill('+39 055 777');
	await page.getByRole('textbox', { name: 'Name or table' }).fill('Grace');
	await page.reload();
	await page.getByText('is here again').waitFor();
	await page.getByRole('complementary').getByText('1× Large Marinara').waitFor();
	await page.getByRole('button', { name: 'By phone', pressed: true }).waitFor();
	assert.equal(await page.getByRole('textbox', { name: 'Name or table' }).inputValue(), 'Grace');
	const mine = async () => (await (await fetch(`${edge}/api/orders`)).json()).orders.filter((o) => o.customer.name === 'Grace');
	await page.route('**/api/orders', async (route) => {
		await route.fetch();
		await route.abort('connectionreset');
	});
	await page.getByRole('button', { name: /Place order/ }).click();
	await page.getByText('it will not be ordered twice').waitFor();
	await page.unroute('**/api/orders');
	await page.reload();
	await page.getByText('it will not be ordered twice').waitFor();
	await page.getByRole('button', { name: 'One more' }).click();
	await page.getByRole('button', { name: /Place order/ }).click();
	const [first] = await mine();
	const told = page.getByRole('dialog', { name: `Order ${first.number} was taken already` });
	await told.getByText('1× Marinara').waitFor();
	assert.deepEqual(await violations(page, 'taken'), []);
	const small = await page.getByRole('complementary').getByRole('button').evaluateAll((all) => all.map((b) => b.getBoundingClientRect()).filter((b) => b.width < 72 || b.height < 72).length);
	assert.equal(small, 0, 'a button of the basket is smaller than a finger');
	await photograph(page, 'counter-taken-already');
	await told.getByRole('button', { name: `Void ${first.number}, place this instead` }).click();
	const done = page.getByRole('dialog', { name: 'Order number' });
	await done.waitFor();
	await done.getByRole('button', { name: /Next order/ }).click();
	const all = await mine();
	assert.deepEqual(all.filter((o) => o.status !== 'Cancelled').map((o) => o.lines[0].quantity), [2]);
	await page.reload();
	await page.getByText('Touch what the guest wants.').waitFor();
	await page.context().close();
});

test('whoever is alone at the counter sees what is ready and what is wrong, and opens the list of it', async () => {
	const { orders } = await (await fetch(`${edge}/api/orders`)).json();
	const [order] = orders.filter((o) => !['Cancelled', 'Delivered'].includes(o.status) && o.fulfilment === 'carryout');
	const page = await tablet('/counter', { width: 1280, height: 800 });
	await page.locator('time').getByText(/^\d\d:\d\d$/).waitFor();
	for (let steps = 0; (await tap(order.id, 'bump')).state !== 'ready'; steps++) assert.ok(steps < 10, `order ${order.number} does not get ready`);
	await page.getByRole('button', { name: `Ready ${order.number}` }).waitFor();
	await world('oven', { oven: 'oven-1', kind: 'fault', slot: 0 });
	await page.getByRole('button', { name: /oven-1.*has a fault/ }).click();
	const list = page.getByRole('dialog', { name: 'Somebody should look after' });
	await list.getByText('has a fault').waitFor();
	assert.deepEqual(await violations(page, 'alerts'), []);
	await photograph(page, 'counter-alerts');
	await list.getByRole('button', { name: 'Close' }).click();
	await photograph(page, 'counter-state');
	await page.getByRole('button', { name: `Ready ${order.number}` }).click();
	await page.getByRole('region', { name: 'Orders' }).getByRole('button', { name: new RegExp(`^${order.number}`) }).waitFor();
	await page.context().close();
});

test('with the internet cut the counter sells on; with the node lost it says so', async () => {
	const page = await tablet('/counter');
	await world('link', { state: 'down', cause: 'internet', since: new Date().toISOString() });
	await page.getByText('The restaurant runs on its own').waitFor();
	await page.getByRole('button', { name: /^Hawaii/ }).click();
	await page.getByRole('button', { name: /Place order/ }).click();
	await page.getByRole('dialog', { name: 'Order number' }).waitFor();
	await page.getByRole('button', { name: 'Next order' }).click();
	await world('stop');
	await page.getByText('Node lost').waitFor();
	await world('start');
	await page.getByText('Node lost').waitFor({ state: 'detached' });
	await page.context().close();
});

test('a large order is placed when its guest agrees to how long it takes', async () => {
	const page = await tablet('/counter', { width: 1280, height: 800 });
	await page.route('**/api/quote', async (route) => {
		const response = await route.fetch();
		await route.fulfill({ response, json: { ...(await response.json()), large: true } }); // this node has no limit; another's answer is like this
	});
	await page.getByRole('button', { name: 'Drinks' }).click();
	await page.getByRole('button', { name: /^Cola\b/ }).first().click();
	await page.getByText('A large order').waitFor();
	assert.ok(await page.getByRole('button', { name: /Place order/ }).isDisabled());
	await page.getByRole('button', { name: 'The guest agrees' }).click();
	const [request] = await Promise.all([page.waitForRequest('**/api/orders'), page.getByRole('button', { name: /Place order/ }).click()]);
	assert.equal(request.postDataJSON().confirmed, true);
	await page.getByRole('dialog', { name: 'Order number' }).waitFor();
	await page.context().close();
});

test('on a phone and in Italian nothing lies beside the page, and everything can be reached', async () => {
	for (const [locale, width, tabs] of [['en-GB', 390, ['Orders', 'Drivers', 'Till', 'Stock', 'Sell']], ['it-IT', 390, ['Ordini', 'Autisti', 'Cassa', 'Scorte', 'Vendita']], ['it-IT', 1280, ['Ordini', 'Autisti', 'Cassa', 'Scorte', 'Vendita']]]) {
		const page = await tablet('/counter', { width, height: 800, locale });
		await page.getByRole('button', { name: /Margherita/ }).waitFor();
		for (const name of tabs) {
			await page.getByRole('navigation').first().getByRole('button', { name }).click();
			const beside = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
			assert.ok(beside <= 0, `${locale} ${width} ${name}: ${beside} px beside the page`);
			const cut = await page.evaluate(() => [...document.querySelectorAll('button')].filter((b) => b.scrollWidth > b.clientWidth + 1).map((b) => b.textContent));
			assert.deepEqual(cut, [], `${locale} ${width} ${name}`);
		}
		await page.context().close();
	}
});

test('an order for later is taken in three touches, promised for then, and in the list with its time', async () => {
	const page = await tablet('/counter', { width: 1280, height: 800 });
	await page.getByRole('button', { name: /^Marinara/ }).click();
	await page.getByRole('button', { name: 'For later' }).click();
	const panel = page.getByRole('dialog', { name: 'When does the guest want it?' });
	await panel.getByRole('button', { name: 'Tomorrow', exact: true }).click();
	await panel.getByRole('group', { name: 'Hour' }).getByRole('button', { name: '19:00', exact: true }).click();
	const small = await panel.getByRole('button').evaluateAll((all) => all.map((b) => b.getBoundingClientRect()).filter((b) => b.width < 72 || b.height < 72).length);
	assert.equal(small, 0, 'a time is smaller than a finger');
	assert.deepEqual(await violations(page, 'when'), []);
	for (const theme of ['dark', 'light']) {
		await page.evaluate((to) => (document.documentElement.dataset.theme = to), theme);
		await photograph(page, `counter-when-${theme}`);
	}
	await panel.getByRole('button', { name: /^For \w+ 19:30$/ }).click();
	await panel.waitFor({ state: 'detached' });
	await page.getByText(/Ready \w+ 19:30–/).waitFor();
	assert.deepEqual(await violations(page, 'for later'), []);
	await photograph(page, 'counter-later');
	await page.getByRole('textbox', { name: 'Name or table' }).fill('Hedy');
	await page.getByRole('button', { name: /Place order/ }).click();
	const done = page.getByRole('dialog', { name: 'Taken for' });
	await done.getByText(/^\w+ 19:30$/).waitFor();
	await photograph(page, 'counter-taken-for');
	await done.getByRole('button', { name: /Next order/ }).click();
	await page.getByRole('button', { name: 'For later' }).waitFor(); // the next guest is asked anew
	const { orders } = await (await fetch(`${edge}/api/orders`)).json();
	const order = orders.find((o) => o.customer.name === 'Hedy');
	const ahead = Date.parse(order.fire_at) - Date.now();
	assert.ok(order.number === null && ahead > 15 * 60_000 && ahead < 48 * 3_600_000, `${order.number} ${order.fire_at}`);
	assert.equal(order.promise.from, order.fire_at);
	await page.getByRole('navigation').first().getByRole('button', { name: /^Orders/ }).click();
	await page.getByRole('button', { name: /Hedy.*for \w+ 19:30/ }).click();
	await page.getByRole('region', { name: /^Hedy, for \w+ 19:30$/ }).waitFor();
	await photograph(page, 'counter-later-list');
	await page.context().close();
});

test('a time that is over is said where it was chosen, and another one makes it good', async () => {
	const page = await tablet('/counter', { width: 1280, height: 800 });
	await page.getByRole('button', { name: 'Drinks' }).click();
	await page.getByRole('button', { name: /^Cola\b/ }).first().click();
	await page.getByRole('button', { name: 'For later' }).click();
	await page.getByRole('dialog').getByRole('group', { name: /at what time/ }).getByRole('button').first().click();
	await page.getByText(/^Ready \d\d:/).waitFor();
	await world('clock', { seconds: 3 * 24 * 3600 });
	await page.getByRole('button', { name: 'One more' }).click();
	await page.getByRole('alert').getByText('It is too late for that time').waitFor();
	assert.ok(await page.getByRole('button', { name: /Place order/ }).isDisabled());
	assert.deepEqual(await violations(page, 'too late'), []);
	await photograph(page, 'counter-too-late');
	await page.getByRole('button', { name: /^For / }).click();
	await page.getByRole('button', { name: 'As soon as can be' }).click();
	await page.getByText(/^Ready \d\d:/).waitFor();
	await page.getByRole('button', { name: /Place order/ }).click();
	await page.getByRole('dialog', { name: 'Order number' }).waitFor();
	await page.context().close();
});

test('what has run out is put back from its tile, with how much there is and why', async () => {
	const page = await tablet('/counter', { width: 1280, height: 800 });
	await post('/api/stock/counts', { lines: [{ ingredient: 'tiramisu', quantity: 0 }] });
	await page.getByRole('button', { name: 'Desserts', exact: true }).click();
	await page.getByRole('button', { name: /Tiramisù.*Sold out/s }).waitFor();
	await page.getByRole('button', { name: '86', exact: true }).click();
	await page.getByRole('button', { name: /Tiramisù/ }).click();
	const panel = page.getByRole('dialog', { name: 'Tiramisù has run out' });
	await panel.getByText('Written down: 0 pcs').waitFor();
	const save = panel.getByRole('button', { name: 'It is there' });
	await panel.getByLabel('Quantity (pcs)').fill('0');
	await panel.getByText(/there has to be/i).waitFor(); // others have ordered some of it
	await panel.getByLabel('Quantity (pcs)').fill('8');
	assert.ok(await save.isDisabled(), 'without a reason');
	await panel.getByRole('button', { name: 'found more' }).click();
	assert.deepEqual(await violations(page, 'put back'), []);
	await photograph(page, 'counter-put-back');
	await save.click();
	await page.getByText('Tiramisù is back.').waitFor();
	await panel.waitFor({ state: 'detached' });
	const { ingredients } = await (await fetch(`${edge}/api/stock`)).json();
	assert.deepEqual([ingredients.find((l) => l.id === 'tiramisu').on_hand, (await (await fetch(`${edge}/api/86`)).json()).off], [8, []]);
	await page.context().close();
});

test('no page threw an error on the way', () => assert.deepEqual(errors, []));
