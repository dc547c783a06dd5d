// The counter looks at who brings what, has it otherwise, and loses the line to the cloud in the middle.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { address, edge, errors, photograph, place, post, tablet, tap, until, violations, world } from './stage.mjs';

const lane = (page, name) => page.getByRole('group', { name, exact: true });
const order = (page, n, where = page) => where.getByRole('button', { name: new RegExp(`^${n}\\b`) });
const bearer = async (id) => (await (await fetch(`${edge}/api/dispatch`)).json()).board.orders.find((o) => o.order_id === id).driver_id;
const deaf = (page) => page.getByText(/^No line to the cloud since/);

async function open(size = { width: 1280, height: 800 }, locale = 'en-GB') {
	const page = await tablet('/counter', { ...size, locale });
	await page.getByRole('button', { name: locale === 'it-IT' ? /^Consegne/ : /^Dispatch/ }).click();
	await order(page, 41).waitFor();
	return page;
}

test('why this driver, and another one by keyboard, taken back again', async () => {
	const page = await open();
	await order(page, 41, lane(page, 'Ben Okafor')).focus();
	await page.keyboard.press('Enter');
	await page.locator('#plan-of:focus').waitFor();
	await page.getByText('The plan says').waitFor();
	await page.getByText('Cleo Marchetti, 3.4 min worse').waitFor();
	await page.getByRole('button', { name: 'Give to Ada Lovelace' }).focus();
	await page.keyboard.press('Enter');
	await page.getByText('Order 41 is with Ada Lovelace now.').waitFor();
	await order(page, 41, lane(page, 'Ada Lovelace')).getByText('given by hand').waitFor();
	assert.equal(await bearer('o1'), 'ada');
	await page.getByRole('button', { name: 'Undo' }).click();
	await page.getByText('Order 41 is back where it was.').waitFor();
	assert.equal(await bearer('o1'), null);
	await page.getByRole('button', { name: 'What if one driver more stood here?' }).click();
	await page.getByText('late orders 1 → 0, click to door 34 → 29 min').waitFor();
	await page.context().close();
});

test('who is on shift and not heard of is not free: since when, and what of his bag nobody knows', async () => {
	for (const [size, locale, since, bag] of [[{ width: 1280, height: 800 }, 'en-GB', /Nothing heard of since \d\d:\d\d, 42 min ago$/, /Order 45 in the bag, nobody knows where/], [{ width: 1920, height: 1080 }, 'it-IT', /Non se ne sa niente dalle \d\d:\d\d, 42 min fa$/, /Ordine 45 nella borsa, chissà dove/]]) {
		const page = await open(size, locale);
		const silent = lane(page, 'Omar Haddad');
		await silent.getByText(since).waitFor();
		await silent.getByText(bag).waitFor();
		assert.deepEqual(await violations(page, 'the silent driver'), []);
		if (process.env.LOOK) await page.screenshot({ path: `${process.env.LOOK}/silent-${size.width}.png` });
		await page.context().close();
	}
});

test('dragged with a mouse, and with a finger that rests before it moves', async () => {
	const page = await open({ width: 1920, height: 1080 });
	const middle = async (thing) => {
		const box = await thing.boundingBox();
		return { x: box.x + Math.min(60, box.width / 2), y: box.y + box.height / 2 };
	};
	const [from, to] = [await middle(order(page, 44)), await middle(lane(page, 'Cleo Marchetti'))];
	await page.mouse.move(from.x, from.y);
	await page.mouse.down();
	await page.mouse.move(from.x + 20, from.y + 10);
	await page.mouse.move(to.x, to.y, { steps: 5 });
	await page.mouse.up();
	await until('44 to be with Cleo', async () => (await bearer('o4')) === 'cleo');
	await order(page, 44, lane(page, 'Cleo Marchetti')).waitFor();

	const touch = await page.context().newCDPSession(page);
	const finger = (type, at) => touch.send('Input.dispatchTouchEvent', { type, touchPoints: at ? [at] : [] });
	const [card, ben] = [await middle(order(page, 44)), await middle(lane(page, 'Ben Okafor'))];
	await finger('touchStart', card);
	await page.locator('.ghost').waitFor(); // it is lifted once the finger has rested
	await finger('touchMove', { x: card.x, y: (card.y + ben.y) / 2 });
	await finger('touchMove', ben);
	await page.locator('.over').waitFor();
	await finger('touchEnd');
	await until('44 to be with Ben', async () => (await bearer('o4')) === 'ben');
	await order(page, 44, lane(page, 'Ben Okafor')).click();
	await page.getByRole('button', { name: 'Let the plan decide' }).click();
	await until('44 to be for the plan to give', async () => (await bearer('o4')) === null);
	await page.context().close();
});

test('the line is cut in the middle: what was known stays, says how old it is, and nothing of it can be changed', async () => {
	const page = await open();
	await order(page, 42).click();
	await page.getByRole('button', { name: 'Give to Ada Lovelace' }).waitFor();
	await world('link', { state: 'down', cause: 'internet' });
	await deaf(page).waitFor();
	await page.getByText(/This is how it stood at \d\d:\d\d, \d+ s ago\./).waitFor();
	assert.ok(await page.getByRole('button', { name: 'Give to Ada Lovelace' }).isDisabled());
	assert.ok(await page.getByRole('button', { name: 'What if one driver more stood here?' }).isDisabled());
	await order(page, 41).click(); // looking goes on
	await page.getByRole('heading', { name: 'Order 41' }).waitFor();
	const refused = await fetch(`${edge}/api/dispatch/orders/o1/assign`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"driver_id":"ada"}' });
	assert.equal(refused.status, 503);
	assert.equal((await refused.json()).code, 'cut_off');

	// Own drivers are the restaurant's, and go on.
	const o = await place([{ product: 'cola' }], { fulfilment: 'delivery', address });
	await tap(o.id, 'bump');
	await page.getByRole('button', { name: 'Own drivers' }).click();
	await page.getByRole('textbox', { name: 'Driver' }).fill('Marco');
	await page.getByRole('button', { name: /to Marco$/ }).click();
	await page.getByText(/is with Marco\.$/).waitFor();
	await page.getByRole('button', { name: /^Dispatch/ }).click();
	await page.getByRole('button', { name: /^Marco/ }).waitFor();
	await deaf(page).waitFor();
	assert.deepEqual(await violations(page, 'dispatch, cut'), []);
	await photograph(page, 'dispatch-counter-cut');

	await world('link', { state: 'up' });
	await deaf(page).waitFor({ state: 'detached' });
	await order(page, 41).click();
	await page.getByRole('button', { name: 'Give to Ada Lovelace' }).click();
	await until('41 to be with Ada', async () => (await bearer('o1')) === 'ada');
	await post('/api/dispatch/orders/o1/unassign', { driver_id: 'ada' });
	await order(page, 41, lane(page, 'Ben Okafor')).getByText('planned').waitFor(); // what another screen did is seen here
	await page.context().close();
});

test('who is off shift is asked about first, and why all the same is written down', async () => {
	const page = await open();
	await order(page, 42).click();
	await page.getByText('1 driver is not on shift').click();
	const give = page.getByRole('button', { name: 'Give to Luca Rossi' });
	await give.click();
	const asked = page.getByRole('dialog', { name: /^Luca Rossi’s shift ended at \d\d:\d\d$/ });
	await asked.getByText(/^Give order 42 to Luca Rossi anyway\?/).waitFor();
	const anyway = asked.getByRole('button', { name: 'Give anyway' });
	assert.ok(await anyway.isDisabled());
	assert.deepEqual(await violations(page, 'off shift'), []);
	await photograph(page, 'dispatch-counter-off-shift');
	await asked.getByRole('button', { name: 'Back', exact: true }).click();
	await asked.waitFor({ state: 'detached' });
	assert.equal(await bearer('o2'), null);
	await give.click();
	await asked.getByRole('button', { name: 'agreed by phone' }).click();
	await anyway.click();
	await page.getByText('Order 42 is with Luca Rossi now.').waitFor();
	assert.equal(await bearer('o2'), 'luca');
	const log = await (await fetch(`${edge}/api/audit`)).json();
	assert.ok(JSON.stringify(log).includes('assign luca: agreed by phone'));
	await page.getByRole('button', { name: 'Undo' }).click();
	await until('42 to be for the plan to give', async () => (await bearer('o2')) === null);
	await page.context().close();
});

test('it can be read by everybody, in both themes and sizes', async () => {
	for (const [theme, width, height] of [['dark', 1280, 800], ['light', 1920, 1080]]) {
		const page = await open({ theme, width, height });
		await order(page, 43).click();
		await page.getByRole('heading', { name: 'Order 43' }).waitFor();
		assert.deepEqual(await violations(page, `dispatch ${theme}`), []);
		const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
		assert.ok(wide <= 0, `${wide} px beyond the right edge at ${width}`);
		await photograph(page, `dispatch-counter-${width}x${height}-${theme}`);
		await page.context().close();
	}
});

test('no page threw an error on the way', () => assert.deepEqual(errors, []));
