// A cashier's evening, with the internet cut from the first second and the node killed while a guest's change is on the counter.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { edge, errors, post, tablet, tap, until, world } from '../stage.mjs';
import { looks } from './looks.mjs';

const pins = { ada: '1111', clara: '3333', dora: '4444' };
const found = [];
const size = { width: 1280, height: 800 };

const get = async (path, headers = {}) => (await fetch(edge + path, { headers })).json();
const session = async (pin) => ({ Authorization: `Bearer ${(await post('/api/session', { pin })).token}` });
/** orderOf is the newest order of a name, with the door it goes to: that takes somebody who is signed in. */
const orderOf = async (name) => (await get('/api/orders', await session(pins.clara))).orders.find((o) => o.customer.name === name);
const tab = (page, name) => page.getByRole('navigation', { name: 'Counter' }).getByRole('button', { name }).click();

/** ready makes an order as the kitchen does. */
async function ready(order) {
	await until(`order ${order.number} to be ready`, async () => {
		const ticket = await tap(order.id, 'bump', {});
		return ticket.state === 'ready';
	}, 20_000);
}

async function enter(page, pin, reason) {
	const pad = page.getByRole('dialog').last();
	await pad.getByLabel('PIN', { exact: true }).waitFor();
	if (reason) await pad.getByRole('button', { name: reason }).click();
	for (const digit of pin) await pad.getByRole('button', { name: digit, exact: true }).click();
	await pad.getByRole('button', { name: 'Enter', exact: true }).click();
}

let page;

test('Clara signs in, after a wrong PIN, and is in view from then on', async () => {
	page = await tablet('/counter', size);
	page.setDefaultTimeout(10_000);
	await page.getByText('The restaurant runs on its own').waitFor();
	await page.getByRole('button', { name: 'Nobody signed in' }).click();
	await enter(page, '9999');
	await page.getByRole('dialog').getByRole('alert').waitFor();
	found.push(...(await looks(page, 'pin')));
	await enter(page, pins.clara);
	await page.getByRole('button', { name: /Clara.*counter/ }).waitFor();
});

test('she opens the day with a float', async () => {
	await tab(page, 'Till');
	await page.getByText('The till is closed').waitFor();
	found.push(...(await looks(page, 'till-closed')));
	await page.getByLabel('Float in the drawer').fill('150,00');
	await page.getByRole('button', { name: 'Open the day · $150.00' }).click();
	await page.getByText('The day is open.').waitFor();
	await page.getByText('Opened by clara').or(page.getByText('Opened by Clara')).waitFor();
});

test('a pizza with two changes, paid in cash with its change, takes no more than ten taps', async () => {
	await tab(page, 'Sell');
	let taps = 0;
	const touch = (name, options = {}) => {
		taps++;
		return page.getByRole('button', { name, ...options }).first().click();
	};
	await touch(/^Margherita/);
	await touch('Large');
	await touch('Fresh basil');
	await touch('Mushrooms');
	await page.getByText(/Ready \d\d:\d\d–\d\d:\d\d/).waitFor();
	found.push(...(await looks(page, 'quote')));
	const button = page.getByRole('button', { name: /Place order/ });
	await until('the price with changes and tax', async () => !(await button.innerText()).includes('$14.99'));
	const quoted = (await button.innerText()).match(/\$[\d.]+/)[0];
	await touch(/Place order/);
	const done = page.getByRole('dialog', { name: 'Order number' });
	await done.waitFor();
	assert.match(await done.innerText(), new RegExp(`Total ${quoted.replace('$', '\\$').replace('.', '\\.')}`), 'what was quoted is what it costs');
	await touch('$20', { exact: true });
	found.push(...(await looks(page, 'payment')));
	await touch(/^Take .* Next order/);
	await done.waitFor({ state: 'detached' });
	assert.ok(taps <= 10, `${taps} taps`);
	const { orders } = await get('/api/orders');
	assert.equal(orders[0].bill.due.minor, 0);
	assert.equal(orders[0].bill.change.minor, 2000 - orders[0].totals.total.minor);
});

test('the answer to a payment is lost with the node, and the money is taken once', async () => {
	await page.getByRole('button', { name: 'Drinks' }).click();
	await page.getByRole('button', { name: /^Cola\b/ }).first().click();
	await page.getByRole('button', { name: /Place order/ }).click();
	const done = page.getByRole('dialog', { name: 'Order number' });
	await done.getByRole('button', { name: '$10', exact: true }).click();
	let first = true;
	await page.route('**/pay', async (route) => {
		if (!first) return route.continue();
		first = false;
		await route.fetch();
		await world('kill');
		await route.abort('connectionreset');
	});
	await done.getByRole('button', { name: /^Take/ }).click();
	await done.getByText('No answer from the node').waitFor();
	await page.getByText('Node lost').first().waitFor({ timeout: 15_000 });
	found.push(...(await looks(page, 'node-lost')));
	await world('start');
	await page.getByText('Node lost').waitFor({ state: 'detached', timeout: 20_000 });
	await done.getByRole('button', { name: /^Take/ }).click();
	await done.waitFor({ state: 'detached' });
	const clara = await session(pins.clara);
	const { till } = await get('/api/till', clara);
	const { orders } = await get('/api/orders');
	assert.equal(till.expected.minor, 15000 + orders.reduce((sum, o) => sum + o.bill.paid.minor, 0));
	assert.equal(till.entries, 3);
});

test('after the power cut Clara is still signed in', () => page.getByRole('button', { name: /Clara.*counter/ }).waitFor());

test('what is 86’d from the tiles is greyed with its word, and what stands in a basket has alternatives', async () => {
	await page.getByRole('button', { name: /^Pizza/ }).first().click();
	await page.getByRole('button', { name: /^Hawaii/ }).click();
	await page.getByRole('button', { name: 'Done', exact: true }).click();
	const off = await session(pins.clara);
	await post('/api/86', { kind: 'topping', id: 'pineapple' }, off);
	const basket = page.getByRole('complementary');
	await basket.getByText('Sold out: Pineapple').waitFor();
	assert.ok(await page.getByRole('button', { name: /Place order/ }).isDisabled());
	found.push(...(await looks(page, 'sold-out')));
	await basket.getByRole('button', { name: 'Without Pineapple' }).click();
	await basket.getByText('No Pineapple').waitFor();
	await until('the order to be possible', () => page.getByRole('button', { name: /Place order/ }).isEnabled());
	await basket.getByRole('button', { name: 'One less' }).click();

	await page.getByRole('button', { name: '86', exact: true }).click();
	await page.getByRole('button', { name: '2 hours' }).click();
	await page.getByRole('button', { name: /^Napoli/ }).click();
	await page.getByText('Napoli is off.').waitFor();
	await page.getByRole('button', { name: 'Toppings', exact: true }).click();
	await page.getByRole('button', { name: /^Pineapple.*Sold out/ }).waitFor();
	found.push(...(await looks(page, '86')));
	await page.getByRole('button', { name: /^Pineapple/ }).click();
	await page.getByText('Pineapple is back.').waitFor();
	await page.getByRole('group', { name: 'What is off?' }).getByRole('button', { name: 'Done' }).click();
	await page.getByRole('button', { name: /^Napoli.*Sold out/ }).waitFor();
	assert.ok(await page.getByRole('button', { name: /^Napoli/ }).isDisabled());
	const { off: list } = await get('/api/86');
	assert.deepEqual(list.map((o) => [o.kind, o.id]), [['product', 'napoli']]);
	assert.ok(list[0].until);
});

test('a delivery by phone needs a street and no position', async () => {
	await page.getByRole('button', { name: 'By phone' }).click();
	await page.getByRole('button', { name: /^Diavola/ }).click();
	await page.getByRole('button', { name: 'Done', exact: true }).click();
	await page.getByRole('button', { name: 'Delivery' }).click();
	await page.getByLabel('Phone').fill('+39 055 777 1234');
	await page.getByText('A new number.').waitFor();
	await page.getByLabel('Name or table').fill('Grace');
	assert.ok(await page.getByRole('button', { name: /Place order/ }).isDisabled(), 'it has no street');
	await page.getByLabel('Street and number').fill('7 Via Roma');
	await page.getByLabel('Town').fill('Firenze');
	await page.getByText(/At the door \d\d:\d\d/).waitFor();
	found.push(...(await looks(page, 'delivery')));
	await page.getByRole('button', { name: /Place order/ }).click();
	await page.getByRole('dialog', { name: 'Order number' }).getByRole('button', { name: 'Next order' }).click();
	const order = await orderOf('Grace');
	assert.equal(order.fulfilment, 'delivery');
	assert.equal(order.address.street, '7 Via Roma');
});

test('who calls again is known, and has the same again in one touch', async () => {
	await page.getByRole('button', { name: 'By phone' }).click();
	await page.getByLabel('Phone').fill('0039 055 7771234');
	await page.getByText('Grace has ordered here before').waitFor();
	found.push(...(await looks(page, 'caller')));
	await page.getByRole('button', { name: /^Again: 1× Diavola/ }).click();
	await page.getByRole('complementary').getByText(/1× Medium Diavola/).waitFor();
	assert.equal(await page.getByLabel('Street and number').inputValue(), '7 Via Roma');
	assert.equal(await page.getByLabel('Name or table').inputValue(), 'Grace');
	await page.getByRole('complementary').getByRole('button', { name: 'One less' }).click();
});

test('an own driver takes it, and comes back with the cash', async () => {
	const order = await orderOf('Grace');
	await ready(order);
	await tab(page, 'Drivers');
	await page.getByRole('button', { name: 'Bruno' }).click();
	await page.getByRole('button', { name: `Give ${order.number} to Bruno` }).click();
	await page.getByText(`${order.number} is with Bruno.`).waitFor();
	await page.getByText('1 order · brings').waitFor();
	found.push(...(await looks(page, 'drivers')));
	await page.getByRole('button', { name: 'Delivered', exact: true }).click();
	await page.getByRole('button', { name: /^Take/ }).click();
	await page.getByText(`${order.number} is settled.`).waitFor();
	await page.getByText('No own driver is on the road.').waitFor();
	assert.equal((await get(`/api/orders/${order.id}`)).status, 'Delivered');
});

test('who pays when they fetch it is found by name; voiding takes a shift manager’s word', async () => {
	const clara = await session(pins.clara);
	const body = { channel: 'counter', fulfilment: 'carryout', customer: { name: 'Ada Lovelace' }, payment: { method: 'cash' }, lines: [{ product: 'parma', size: 'large', quantity: 1 }] };
	const late = await post('/api/orders', body, clara);
	const never = await post('/api/orders', { ...body, customer: { name: 'Mistaken' } }, clara);
	await ready(late);
	await tab(page, 'Orders');
	await page.getByLabel('Number or name').fill('lovelace');
	await page.getByRole('button', { name: /Ada Lovelace/ }).click();
	const card = page.getByRole('region', { name: `Order ${late.number}` });
	await card.getByRole('button', { name: 'Cash', exact: true }).click();
	await card.getByRole('button', { name: '$50', exact: true }).click();
	found.push(...(await looks(page, 'orders')));
	await card.getByRole('button', { name: /^Take/ }).click();
	await page.getByText(/Paid\. Give \$[\d.]+ back/).waitFor();
	await card.getByRole('button', { name: 'Kitchen ticket' }).click();
	await page.getByText('It is on its way to the printer.').waitFor();
	await card.getByRole('button', { name: 'Hand over' }).click();
	await page.getByText(`${late.number} handed over.`).waitFor();

	await page.getByLabel('Number or name').fill('mistaken');
	await page.getByRole('button', { name: /Mistaken/ }).click();
	const other = page.getByRole('region', { name: `Order ${never.number}` });
	await other.getByRole('button', { name: 'Void the order' }).click();
	await other.getByRole('button', { name: 'twice by mistake' }).click();
	await other.getByRole('button', { name: 'Void the order' }).last().click();
	const word = page.getByRole('dialog', { name: 'Shift manager’s word' });
	await word.getByText('Clara cannot void an order: it takes a shift manager.').waitFor();
	await enter(page, pins.clara, 'our mistake'); // hers is not enough
	await word.getByText('That takes a shift manager’s PIN.').waitFor();
	found.push(...(await looks(page, 'override')));
	await enter(page, pins.dora);
	await page.getByText(`${never.number} is voided.`).waitFor();
	await page.getByRole('button', { name: /Clara.*counter/ }).waitFor();
	assert.equal((await get(`/api/orders/${never.id}`)).status, 'Cancelled');
});

test('what is not paid goes when it is paid, or when somebody says why', async () => {
	const clara = await session(pins.clara);
	const body = { channel: 'counter', fulfilment: 'carryout', customer: { name: 'Owes Much' }, payment: { method: 'cash' }, lines: [{ product: 'parma', size: 'large', quantity: 1 }] };
	const pays = await post('/api/orders', body, clara);
	const later = await post('/api/orders', { ...body, customer: { name: 'Pays Later' } }, clara);
	for (const order of [pays, later]) await ready(order);
	const give = async (order, who) => {
		await page.getByLabel('Number or name').fill(who);
		await page.getByRole('button', { name: who }).click();
		await page.getByRole('region', { name: `Order ${order.number}` }).getByRole('button', { name: 'Hand over' }).click();
		const dialog = page.getByRole('dialog', { name: `${order.number} is not paid` });
		await dialog.getByText('$', { exact: false }).first().waitFor();
		return dialog;
	};
	const first = await give(pays, 'Owes Much');
	await first.getByRole('button', { name: 'Cash', exact: true }).click();
	await first.getByRole('button', { name: '$50', exact: true }).click();
	found.push(...(await looks(page, 'unpaid')));
	await first.getByRole('button', { name: /^Take \$[\d.]+ and hand over$/ }).click();
	await page.getByText(new RegExp(`${pays.number} handed over\\. Give \\$[\\d.]+ back`)).waitFor();
	const paid = await get(`/api/orders/${pays.id}`);
	assert.deepEqual([paid.kitchen.state, paid.bill.due.minor, paid.bill.paid.minor], ['handed_over', 0, paid.totals.total.minor]);

	const second = await give(later, 'Pays Later');
	await second.getByRole('button', { name: 'Hand over all the same' }).click();
	assert.ok(await second.getByRole('button', { name: 'Hand over unpaid' }).isDisabled(), 'without a reason');
	await second.getByRole('button', { name: 'pays later' }).click();
	found.push(...(await looks(page, 'unpaid-reason')));
	await second.getByRole('button', { name: 'Hand over unpaid' }).click();
	await page.getByText(`${later.number} handed over.`).waitFor();
	const owes = await get(`/api/orders/${later.id}`);
	assert.deepEqual([owes.kitchen.state, owes.bill.paid.minor], ['handed_over', 0]);
});

test('a guest who wants to be forgotten is, after a question and with a shift manager’s word', async () => {
	await tab(page, 'Sell');
	await page.getByRole('button', { name: 'By phone' }).click();
	await page.getByRole('textbox', { name: 'Phone' }).fill('0039 055 7771234');
	await page.getByText('Grace has ordered here before').waitFor();
	await page.getByRole('button', { name: 'Forget this guest' }).click();
	const sure = page.getByRole('dialog', { name: 'Forget Grace?' });
	found.push(...(await looks(page, 'forget')));
	await sure.getByRole('button', { name: 'Back' }).click();
	await sure.waitFor({ state: 'detached' });
	await page.getByRole('button', { name: 'Forget this guest' }).click();
	await sure.getByRole('button', { name: 'Forget this guest' }).click();
	await page.getByRole('dialog', { name: 'Shift manager’s word' }).getByText('Clara cannot forget a guest').waitFor();
	await enter(page, pins.dora, 'agreed with the guest');
	await page.getByText('Forgotten: name, number and addresses are gone.').waitFor();
	assert.equal(await page.getByRole('textbox', { name: 'Phone' }).inputValue(), '', 'the number would be written down again');
	const { status } = await fetch(`${edge}/api/customers?phone=${encodeURIComponent('0039 055 7771234')}`, { headers: await session(pins.clara) });
	assert.equal(status, 404);
	await page.getByRole('button', { name: 'At the counter' }).click();
});

test('a cook at the till takes something off, and back, with a shift manager’s word and her reason', async () => {
	await page.getByRole('button', { name: /Clara.*counter/ }).click();
	await page.getByRole('button', { name: 'Sign out' }).click();
	await page.getByRole('button', { name: 'Nobody signed in' }).click();
	await enter(page, pins.ada);
	await page.getByRole('button', { name: /Ada.*cook/ }).waitFor();
	await page.getByRole('button', { name: '86', exact: true }).click();
	await page.getByRole('button', { name: 'machine is broken' }).click();
	await page.getByRole('button', { name: /^Greca/ }).click();
	const word = page.getByRole('dialog', { name: 'Shift manager’s word' });
	await word.getByText('Ada cannot take something off the menu').waitFor();
	assert.equal(await word.getByRole('button', { name: 'machine is broken' }).getAttribute('aria-pressed'), 'true', 'the reason was said already');
	await enter(page, pins.dora);
	await page.getByText('Greca is off.').waitFor();
	await page.getByRole('button', { name: /^Greca.*machine is broken/ }).waitFor();
	await page.getByRole('button', { name: /^Greca/ }).click();
	await word.waitFor();
	await enter(page, pins.dora, 'our mistake');
	await page.getByText('Greca is back.').waitFor();
	const { lines } = await get('/api/audit', await session(pins.dora));
	const told = lines.filter((l) => l.action === '86' && l.manager === 'dora').map((l) => [l.who, l.reason]);
	assert.deepEqual(told.toSorted(), [['ada', 'machine is broken'], ['ada', 'our mistake']]);
	await page.context().close();
});

test('axe found nothing, and no page threw an error', () => {
	assert.deepEqual(found, []);
	assert.deepEqual(errors, []);
});
