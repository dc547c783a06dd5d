// The node hangs in the middle of the evening: it neither answers nor hangs up, as a box does that thrashes, or behind a cable that is out.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { card, edge, errors, photograph, place, tablet, until, violations, world } from '../stage.mjs';

const patience = { timeout: 60_000 }; // a machine under load thinks slowly; what counts is that all of it is said
const strip = (page) => page.getByRole('alert').filter({ hasText: 'Node lost' });
const board = async () => (await fetch(`${edge}/api/board`)).json();

test('a cook taps, is told that it is on its way, that nobody answers, and since when nobody was heard', async (t) => {
	const page = await tablet('/', { view: 'sides' });
	const order = await place([{ product: 'cola' }, { product: 'tiramisu' }]);
	await card(page, order).waitFor();
	await world('freeze');
	const froze = Date.now();
	// All that is said is said for a few seconds: whoever waits for it waits from the start.
	const sending = Promise.all([card(page, order).getByText('sending …', { exact: true }).waitFor(patience), page.getByText(`${order.number}: sending …`).waitFor(patience)]);
	const answered = page.getByText(`${order.number}: no answer from the node. Look at it again when the node is back.`).waitFor(patience).then(() => Date.now() - froze);
	const missed = strip(page).waitFor(patience).then(() => Date.now() - froze);
	await card(page, order).locator('.head').click();
	await sending;
	await photograph(page, 'display-sending');
	const [tap, silence] = await Promise.all([answered, missed]);
	t.diagnostic(`the tap was answered for after ${tap} ms, the node missed after ${silence} ms`);
	const gone = (Date.now() - froze) / 1000;
	const [, ago] = /\((\d+) s\)/.exec(await strip(page).innerText()) ?? [];
	if (gone < 55) assert.ok(Number(ago) >= gone - 2.5, `it was last heard ${ago} s ago, it says, and hangs for ${gone} s`);
	await card(page, order).locator('.head').click({ force: true });
	await page.getByText(`${order.number}: not done, the node cannot be reached.`).waitFor(patience);

	assert.deepEqual(await violations(page, 'a node that hangs'), []);

	await world('thaw');
	await strip(page).waitFor({ state: 'detached', ...patience });
	// What was sent may have been done when the node came to itself, once; the board says which.
	await until('the order to leave the sides', async () => {
		const there = (await board()).tickets.find((o) => o.order_id === order.id);
		if (there?.items.every((i) => i.state === 'done')) return true;
		await card(page, order).locator('.head').click({ timeout: 1_000 }).catch(() => undefined);
		return false;
	}, 60_000);
	await card(page, order).waitFor({ state: 'detached', ...patience });
	await page.context().close();
});

test('a cashier keeps the basket and its key, and the order is taken once', async () => {
	const page = await tablet('/counter', { width: 1280, height: 800 });
	await page.getByRole('button', { name: 'Sides', exact: true }).or(page.getByRole('button', { name: 'Desserts', exact: true })).last().click();
	await page.getByRole('button', { name: /Tiramisù/ }).click();
	await page.getByLabel('Name or table').fill('Hanna');
	await page.getByText(/^Ready \d/).waitFor(patience);
	await world('freeze');
	await page.getByRole('button', { name: /^Place order/ }).click();
	await page.getByRole('button', { name: 'sending …' }).waitFor(patience);
	await page.getByText('No answer from the node. Try again: it will not be ordered twice.').waitFor(patience);
	await strip(page).waitFor(patience);
	assert.equal(await page.getByLabel('Name or table').inputValue(), 'Hanna');
	await world('thaw');
	await strip(page).waitFor({ state: 'detached', ...patience });
	await page.getByRole('button', { name: /^Place order/ }).click();
	await page.getByText('Order number').waitFor(patience);
	assert.equal((await board()).tickets.filter((o) => o.customer === 'Hanna').length, 1, 'it was ordered twice');
	await page.context().close();
});

test('no page threw an error on the way', () => assert.deepEqual(errors, []));
