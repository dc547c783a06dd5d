// An expediter's evening at the pass: what waits, what is fetched later, what was handed over by mistake; the power fails in the middle.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { card, edge, errors, looked, photograph, place, tablet, tap, until, violations, world } from '../stage.mjs';

const found = [];
const get = async (path) => (await fetch(edge + path)).json();
const ticket = async (order) => (await get('/api/board')).tickets.find((t) => t.order_id === order.id);

let page;

test('Clara signs in at the pass', async () => {
	page = await tablet('/', { view: 'pass', width: 1280, height: 800 });
	await page.getByText('The restaurant runs on its own').waitFor();
	await page.keyboard.press('p');
	await page.getByRole('button', { name: 'Sign in', exact: true }).click();
	await page.keyboard.type('3333');
	await page.keyboard.press('Enter');
	await page.locator('.who').getByText('Clara').waitFor();
	await page.keyboard.press('Escape');
	await page.getByRole('dialog').waitFor({ state: 'detached' });
});

test('a guest waits: she rushes the order, the make line hears of it and takes note with a key', async () => {
	const make = await tablet('/', { view: 'make', width: 1280, height: 800 });
	const all = await tablet('/', { view: 'all' });
	const [slow, order] = [await place([{ product: 'napoli', size: 'small' }]), await place([{ product: 'tonno', size: 'small' }, { product: 'cola' }])];
	await tap(order.id, 'bump', { station: 'sides' });
	await card(page, order).getByRole('button', { name: /^More/ }).click();
	await page.getByRole('button', { name: 'guest waits here' }).click();
	await card(make, order).getByText('Rush', { exact: true }).waitFor();
	const cells = await make.locator('article').evaluateAll((some) => some.map((a) => a.dataset.order));
	assert.deepEqual(cells, [slow.id, order.id], 'a rush moved a ticket from its place');
	found.push(...(await violations(make, 'rush')));
	await photograph(make, 'display-rush-notice');
	await looked(make);
	await make.keyboard.press(String(cells.indexOf(order.id) + 1));
	await make.keyboard.press('Enter');
	await card(all, order).getByRole('button', { name: 'Seen' }).waitFor({ state: 'detached' });
	await looked(page);
	await page.keyboard.press('1');
	await page.keyboard.press('m');
	await page.getByRole('button', { name: 'No rush any more' }).click();
	await until('the rush to be over', async () => (await ticket(order)).rush === undefined);
	for (const station of ['make', 'oven', 'oven', 'cut']) for (const o of [slow, order]) await tap(o.id, 'bump', { station });
	await make.context().close();
	await all.context().close();
	await card(page, order).getByRole('button', { name: 'Hand over' }).click();
	await card(page, slow).getByRole('button', { name: 'Hand over' }).waitFor();
});

test('the power fails while somebody fetches: she hands over, and what was handed over by mistake comes back to its shelf', async () => {
	const order = await place([{ product: 'green_salad' }]);
	await tap(order.id, 'bump', { station: 'sides' });
	await card(page, order).getByRole('button', { name: 'Hand over' }).waitFor();
	const shelved = (await ticket(order)).since;
	await world('kill');
	await page.getByRole('alert').filter({ hasText: 'Node lost' }).waitFor();
	await card(page, order).getByRole('button', { name: 'Hand over' }).click({ force: true });
	await page.getByText(`${order.number}: not done, the node cannot be reached.`).waitFor();
	await world('start');
	await page.getByRole('alert').filter({ hasText: 'Node lost' }).waitFor({ state: 'detached', timeout: 20_000 });
	await card(page, order).getByRole('button', { name: 'Hand over' }).click();
	await card(page, order).waitFor({ state: 'detached' });
	await page.keyboard.press('r');
	await page.getByRole('button', { name: `Bring it back: ${order.number}` }).waitFor();
	found.push(...(await violations(page, 'recall')));
	await photograph(page, 'display-recall-handed-over');
	await page.getByRole('button', { name: `Bring it back: ${order.number}` }).click();
	await card(page, order).getByRole('button', { name: 'Hand over' }).waitFor();
	assert.equal((await ticket(order)).since, shelved, 'it came back with another clock');
});

test('axe found nothing, and no page threw an error', () => assert.deepEqual([found, errors], [[], []]));
