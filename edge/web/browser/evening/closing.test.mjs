// A shift manager's closing: shelves, money that is not where it belongs, the drawer, and a power cut before the last touch.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { edge, errors, post, tablet, tap, until, world } from '../stage.mjs';
import { looks } from './looks.mjs';

const pins = { clara: '3333', dora: '4444' };
const found = [];

const get = async (path, headers = {}) => (await fetch(edge + path, { headers })).json();
const tab = (page, name) => page.getByRole('navigation', { name: 'Counter' }).getByRole('button', { name }).click();
const address = { street: '1 Via Dante', city: 'Firenze' };
const basket = (name, more = {}) => ({ channel: 'counter', fulfilment: 'carryout', customer: { name }, payment: { method: 'cash' }, lines: [{ product: 'hawaii', size: 'large', quantity: 1 }], ...more });

async function ready(order) {
	await until(`order ${order.number} to be ready`, async () => (await tap(order.id, 'bump', {})).state === 'ready', 20_000);
}

let page;
let clara;
let out;
let unpaid;

test('a day was opened and things were sold', async () => {
	clara = { Authorization: `Bearer ${(await post('/api/session', { pin: pins.clara })).token}` };
	await post('/api/till/open', { float: 10000 }, clara);
	await post('/api/orders', basket('Bob', { payment: { method: 'cash', tendered: 5000 } }), clara);
	unpaid = await post('/api/orders', basket('Late'), clara);
	out = await post('/api/orders', basket('Far', { channel: 'phone', fulfilment: 'delivery', address }), clara);
	await ready(out);
	await post(`/api/orders/${out.id}/carry`, { tap: crypto.randomUUID(), driver: 'Bruno' }, clara);
});

test('Dora counts shelves, writes off what is spoiled, and sees what runs out', async () => {
	page = await tablet('/counter', { width: 1280, height: 800, theme: 'light' });
	page.setDefaultTimeout(10_000);
	await page.getByRole('button', { name: 'Nobody signed in' }).click();
	await page.getByLabel('PIN', { exact: true }).fill(pins.dora);
	await page.keyboard.press('Enter');
	await page.getByRole('button', { name: /Dora.*shift manager/ }).waitFor();
	await tab(page, 'Stock');
	await page.getByLabel('Quantity: Mushrooms').fill('900');
	await page.getByLabel('Quantity: Mozzarella').fill('12000');
	await page.getByRole('button', { name: 'Write down 2 lines' }).click();
	await page.getByText('2 lines are written down.').waitFor();
	await page.getByRole('row', { name: /Mushrooms/ }).getByText('900 g').waitFor();
	await page.getByRole('button', { name: 'Throw away' }).click();
	await page.getByLabel('Quantity: Mushrooms').fill('150');
	assert.ok(await page.getByRole('button', { name: 'Write down 1 line' }).isDisabled(), 'without a reason');
	await page.getByRole('button', { name: 'spoiled' }).click();
	await page.getByRole('button', { name: 'Write down 1 line' }).click();
	await page.getByRole('row', { name: /Mushrooms/ }).getByText('750 g').waitFor();
	await page.getByRole('button', { name: 'Receive', exact: true }).click();
	await page.getByLabel('Quantity: Mushrooms').fill('lots');
	await page.getByText('Whole grams or pieces only.').waitFor();
	await page.getByLabel('Quantity: Mushrooms').fill('250');
	await page.getByRole('button', { name: 'Write down 1 line' }).click();
	await page.getByRole('row', { name: /Mushrooms/ }).getByText('1,000 g').waitFor();
	found.push(...(await looks(page, 'stock')));
	await page.getByRole('button', { name: 'Order', exact: true }).click();
	await page.getByRole('row', { name: /Mushrooms/ }).waitFor();
	found.push(...(await looks(page, 'purchase')));
	const [order] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Order as CSV' }).click()]);
	assert.match(await readFile(await order.path(), 'utf8'), /"mushrooms","Mushrooms",\d+,g/);
	await page.getByRole('button', { name: /^Ordered: \d+ lines?/ }).click();
	await page.getByText(/lines? (is|are) ordered\./).waitFor();
	const csv = await page.evaluate(() => fetch('/api/stock/report.csv').then((r) => r.text()));
	assert.match(csv, /mushrooms,Mushrooms,g,0,250,0,150,0,0,900,1000,spoiled/);
});

test('the day does not close before everything is settled, and says what is not', async () => {
	await tab(page, 'Till');
	await page.getByText('with Bruno').waitFor();
	await page.getByText('not paid').first().waitFor();
	await page.getByRole('button', { name: 'To the safe' }).click();
	await page.getByLabel('Amount').fill('50');
	await page.getByRole('button', { name: 'To the safe · $50.00' }).click();
	await page.getByText('Written down.').waitFor();
	await page.getByRole('button', { name: 'Pay out' }).click();
	await page.getByLabel('Amount').fill('12.5');
	await page.getByRole('button', { name: 'fuel' }).click();
	await page.getByRole('button', { name: 'Pay out · $12.50' }).click();
	await until('the pay-out', async () => (await get('/api/till', clara)).till.entries === 4);
	await page.getByRole('button', { name: 'Close the day' }).click();
	await page.getByLabel('Pieces of $10', { exact: true }).fill('5');
	found.push(...(await looks(page, 'closing')));
	await page.getByRole('button', { name: 'Close the day · $50.00' }).click();
	await page.getByRole('alert').getByText(/Own drivers are out with 1 orders/).waitFor();
	await page.getByRole('button', { name: 'Close all the same' }).waitFor();
});

test('Bruno comes back without having found anybody, and the last guest pays', async () => {
	await tab(page, 'Drivers');
	await page.getByRole('button', { name: 'Not delivered', exact: true }).first().click();
	await page.getByRole('button', { name: 'nobody opened' }).click();
	found.push(...(await looks(page, 'driver-failed')));
	await page.getByRole('button', { name: 'Not delivered', exact: true }).last().click();
	await page.getByText(`${out.number} is settled.`).waitFor();
	await tab(page, 'Orders');
	await page.getByRole('button', { name: /Late/ }).click();
	const card = page.getByRole('region', { name: `Order ${unpaid.number}` });
	await card.getByRole('button', { name: 'Discount' }).click();
	await card.getByLabel('Amount').fill('2');
	await card.getByRole('button', { name: 'waited too long' }).click();
	await card.getByRole('button', { name: 'Discount · $2.00' }).click();
	await page.getByText('$2.00 taken off.').waitFor();
	found.push(...(await looks(page, 'discount')));
	await card.getByRole('button', { name: /^Card took/ }).click();
	await card.getByText('paid', { exact: true }).waitFor();
	await card.getByRole('button', { name: 'Give money back' }).click();
	await card.getByLabel('Amount').fill('1.50');
	await card.getByRole('button', { name: 'cold' }).click();
	await card.getByRole('button', { name: 'Give money back · $1.50' }).click();
	await page.getByText('$1.50 given back.').waitFor();
});

test('power is cut while she counts: she counts to the end and closes the day once', async () => {
	await tab(page, 'Till');
	await page.getByText('Everything is settled.').waitFor();
	const { till } = await get('/api/till', clara);
	await page.getByRole('button', { name: 'Close the day' }).click();
	const whole = Math.floor(till.expected.minor / 100);
	await page.getByLabel('Pieces of $1', { exact: true }).fill(String(whole));
	await world('kill');
	await page.getByText('Node lost').waitFor({ timeout: 15_000 });
	await world('start');
	await page.getByText('Node lost').waitFor({ state: 'detached', timeout: 20_000 });
	const cents = till.expected.minor % 100;
	await page.getByLabel('Pieces of $0.01').fill(String(cents));
	await page.getByText('It is exactly right.').waitFor();
	await page.getByRole('button', { name: /^Close the day · / }).click();
	await page.getByText('The till is closed').waitFor();
	await page.getByText('Taken').first().waitFor();
	await page.getByText('fuel').or(page.getByText('By person')).first().waitFor();
	found.push(...(await looks(page, 'report')));
	const report = await page.evaluate(() => fetch('/api/till/report').then((r) => r.json()));
	assert.equal(report.tills[0].difference.minor, 0);
	assert.equal(report.tills[0].closed_by, 'dora');
	assert.equal(report.drops, 5000);
	const csv = await page.evaluate((href) => fetch(href).then((r) => r.text()), await page.getByRole('link', { name: 'As CSV' }).getAttribute('href'));
	assert.match(csv, /pay_out,cash,1250,.*fuel/);
	await page.context().close();
});

test('axe found nothing, and no page threw an error', () => {
	assert.deepEqual(found, []);
	assert.deepEqual(errors, []);
});
