// A cook's evening at the make line, with the internet cut from the first second and a power cut in the middle.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { card, edge, errors, looked, photograph, place, post, tablet, tap, until, violations, world } from '../stage.mjs';

const pins = { ada: '1111', clara: '3333', dora: '4444' };
const found = [];

const get = async (path, headers = {}) => (await fetch(edge + path, { headers })).json();
const session = async (pin) => ({ Authorization: `Bearer ${(await post('/api/session', { pin })).token}` });
const working = async (cook) => (await get('/api/cooks')).cooks.find((c) => c.id === cook).signed_in;

async function enter(page, pin) {
	for (const digit of pin) await page.getByRole('dialog').last().getByRole('button', { name: digit, exact: true }).click();
	await page.getByRole('button', { name: 'Enter', exact: true }).click();
}

test('Ada goes to work with her PIN, and nobody else with a wrong one', async () => {
	const page = await tablet('/', { view: 'make', width: 1280, height: 800 });
	await page.getByText('The restaurant runs on its own').waitFor();
	await page.keyboard.press('p');
	await page.getByRole('dialog', { name: 'Shift' }).waitFor();
	found.push(...(await violations(page, 'people')));
	await page.getByRole('button', { name: 'Start work: Ada' }).click();
	const pad = page.getByRole('dialog', { name: 'PIN of Ada' });
	await pad.waitFor();
	const small = await pad.locator('.digits button').evaluateAll((all) => all.map((b) => b.getBoundingClientRect()).filter((b) => b.width < 72 || b.height < 72).length);
	assert.equal(small, 0, 'a digit is smaller than a thumb');
	found.push(...(await violations(page, 'pad')));
	await enter(page, pins.clara); // somebody's, but not hers
	await page.getByText('That is nobody’s PIN').waitFor();
	assert.equal(await working('ada'), false);
	await page.keyboard.type(pins.ada);
	await page.keyboard.press('Enter');
	await pad.waitFor({ state: 'detached' });
	await page.getByText(/at work · 0 tickets · all stations/).first().waitFor();
	await page.getByRole('button', { name: 'Start work: Bruno' }).click(); // he has none
	await until('Bruno to be at work', () => working('bruno'));
	assert.equal(await working('ada'), true);
	await page.context().close();
});

test('her screen is known by name, and says what is on its glass for as long as somebody can see it', async () => {
	const page = await tablet('/', { view: 'make', width: 1280, height: 800 });
	const order = await place([{ product: 'margherita', size: 'small' }]);
	await card(page, order).waitFor();
	const id = await page.evaluate(() => localStorage.getItem('awesome.device'));
	const mine = async () => (await get('/api/screens')).screens.find((s) => s.id === id);
	const shown = await until('the screen to say what it shows', async () => {
		const s = await mine();
		return s?.rendered_seq > 0 && s;
	}, 15_000);
	assert.equal(shown.station, 'make');
	assert.equal(shown.name, `Make ${id.slice(0, 4)}`);
	assert.equal(shown.here, true);
	const ticket = await until('custody', async () => (await get('/api/board')).tickets.find((t) => t.order_id === order.id && t.rendered_at));
	assert.equal(ticket.custody.screen, id);

	await page.keyboard.press('k');
	await page.getByLabel('Name of this screen').fill('Left of the oven');
	await page.getByLabel('Name of this screen').press('Tab');
	await page.keyboard.press('Escape');
	await until('the new name', async () => (await mine()).name === 'Left of the oven');

	await page.evaluate(() => {
		Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true });
		document.dispatchEvent(new Event('visibilitychange'));
	});
	const unseen = await place([{ product: 'hawaii', size: 'small' }]);
	await card(page, unseen).waitFor();
	await page.waitForTimeout(1500); // in which it must not say so
	assert.equal((await get('/api/board')).tickets.find((t) => t.order_id === unseen.id).rendered_at, undefined, 'a ticket behind another window was reported as seen');
	await page.evaluate(() => {
		Object.defineProperty(document, 'visibilityState', { value: 'visible', configurable: true });
		document.dispatchEvent(new Event('visibilitychange'));
	});
	await until('custody', async () => (await get('/api/board')).tickets.find((t) => t.order_id === unseen.id).rendered_at);
	await page.context().close();
});

test('a void takes a shift manager: her word for it is enough, and nobody is signed in by that', async () => {
	const page = await tablet('/', { view: 'make', width: 1280, height: 800 });
	const order = await place([{ product: 'tonno', size: 'small' }]);
	await card(page, order).getByRole('button', { name: /^More/ }).click();
	found.push(...(await violations(page, 'more')));
	await photograph(page, 'display-more-1280x800');
	await page.getByRole('button', { name: 'twice by mistake' }).click();
	const pad = page.getByRole('dialog').last();
	await pad.getByText('To void an order it takes a shift manager.').waitFor();
	await page.keyboard.type(pins.ada);
	await page.keyboard.press('Enter');
	await pad.getByText('Ada cannot void an order: it takes a shift manager.').first().waitFor();
	assert.equal(await pad.getByRole('button', { name: 'twice by mistake' }).getAttribute('aria-pressed'), 'true', 'the reason was said already');
	found.push(...(await violations(page, 'word')));
	await photograph(page, 'display-word-dark');
	await enter(page, pins.ada);
	await pad.getByText('That takes a shift manager’s PIN.').waitFor();
	await enter(page, pins.dora);
	await page.getByText(`${order.number} voided`).waitFor();
	await page.getByRole('button', { name: /Voided/ }).click();
	const { lines } = await get('/api/audit', await session(pins.dora));
	const line = lines.find((l) => l.action === 'void');
	assert.deepEqual([line.who, line.manager, line.reason], ['ada', 'dora', 'twice by mistake']);
	assert.equal(await page.locator('.who').innerText(), 'Ada');

	const kept = await place([{ product: 'tonno', size: 'small' }]);
	await card(page, kept).getByRole('button', { name: /^More/ }).click();
	await page.getByRole('button', { name: 'twice by mistake' }).click();
	await page.getByRole('dialog').last().getByText('Ada cannot void').waitFor();
	await page.keyboard.press('Escape');
	await page.getByText(`${kept.number}: not done. That takes somebody else.`).waitFor();
	await page.getByRole('dialog').waitFor({ state: 'detached' });
	await card(page, kept).locator('.head').click();
	await page.getByText(`${kept.number} bumped`).waitFor();
	await page.context().close();
});

test('a changed order says what is new, until a key takes note of it', async () => {
	const page = await tablet('/', { view: 'make', width: 1280, height: 800 });
	const order = await place([{ product: 'diavola', size: 'medium' }, { product: 'napoli', size: 'small' }]);
	await card(page, order).waitFor();
	await post(`/api/orders/${order.id}/change`, { tap: crypto.randomUUID(), add: [{ product: 'parma', size: 'large', quantity: 1 }], set: [{ line: 0, product: 'diavola', size: 'large', quantity: 1 }], remove: [1] }, { ...(await session(pins.clara)), 'If-Match': (await fetch(`${edge}/api/orders/${order.id}`)).headers.get('ETag') });
	const told = card(page, order).locator('.told');
	await told.waitFor();
	const lines = (await told.innerText()).replaceAll('\u00AD', '');
	assert.match(lines, /\+ 1× L Parma/);
	assert.match(lines, /− 1× S Napoli/);
	assert.match(lines, /→ 1× L Diavola.* \(was 1× M Diavola.*\)/);
	assert.equal(await card(page, order).locator('mark').count(), 2);
	await photograph(page, 'display-changed');
	const cells = await page.locator('article').evaluateAll((all) => all.map((a) => a.dataset.order));
	await looked(page);
	await page.keyboard.press(String(cells.indexOf(order.id) + 1));
	await page.keyboard.press('Enter');
	await told.waitFor({ state: 'detached' });
	assert.equal(await card(page, order).locator('mark').count(), 0);
	await page.context().close();
});

test('the power fails: the board stays in view, comes back by itself, and nothing is forgotten', async () => {
	const page = await tablet('/', { view: 'make', width: 1280, height: 800 });
	const order = await place([{ product: 'capricciosa', size: 'large' }]);
	await card(page, order).getByRole('button', { name: 'Start', exact: true }).click();
	await card(page, order).getByRole('button', { name: 'To the oven' }).waitFor();
	await page.keyboard.press('p');
	await page.getByRole('button', { name: 'Sign in', exact: true }).click();
	await page.keyboard.type(pins.ada);
	await page.keyboard.press('Enter');
	await page.locator('.who').getByText('Ada').waitFor();
	await page.keyboard.press('Escape');
	await world('kill');
	await page.getByRole('alert').filter({ hasText: 'Node lost' }).waitFor();
	assert.ok(await card(page, order).isVisible());
	await world('start');
	await page.getByRole('alert').filter({ hasText: 'Node lost' }).waitFor({ state: 'detached', timeout: 20_000 });
	await card(page, order).getByRole('button', { name: 'To the oven' }).click();
	await page.getByText(`${order.number} bumped`).waitFor();
	assert.equal(await working('ada'), true);
	assert.equal(await page.locator('.who').innerText(), 'Ada', 'the power cut signed her out');
	await page.context().close();
});

test('a burned pizza is made again for a reason, and a ticket is printed again once the paper is there', async () => {
	const page = await tablet('/', { view: 'make', width: 1280, height: 800 });
	const order = await place([{ product: 'greca', size: 'small' }]);
	for (const station of ['make', 'oven', 'oven']) await tap(order.id, 'bump', { station });
	const all = await tablet('/', { view: 'all', theme: 'light' });
	await card(all, order).getByRole('button', { name: /^More/ }).click();
	await all.getByRole('button', { name: 'Burned' }).click();
	await card(page, order).getByText('Remake', { exact: true }).waitFor();
	assert.match(await card(page, order).innerText(), /burned/);
	await card(page, order).getByRole('button', { name: 'Seen' }).click();
	const { remakes } = (await get('/api/board')).tickets.find((t) => t.order_id === order.id);
	assert.equal(remakes[0].reason, 'burned');

	await world('printer', { fault: 'paper_out' });
	await all.locator('.chip').getByText('Kitchen printer').waitFor({ timeout: 20_000 });
	assert.match(await all.locator('.chip').filter({ hasText: 'Kitchen printer' }).innerText(), /out of paper/);
	await photograph(all, 'display-paper-out');
	await card(all, order).getByRole('button', { name: /^More/ }).click();
	await all.getByRole('button', { name: 'Ticket', exact: true }).click();
	await all.getByText(`${order.number} is printed again`).waitFor();
	const before = await world('papers');
	await world('printer', {});
	await until('the paper', async () => (await world('papers')) > before, 30_000);
	await all.keyboard.press('Escape');
	await all.locator('.chip').getByText('Kitchen printer').waitFor({ state: 'detached', timeout: 20_000 });
	await all.context().close();
	await page.context().close();
});

test('the health page asks for a PIN to send a cook home as well, and names the printer', async () => {
	const page = await tablet('/health', { width: 1280, height: 800 });
	await page.getByText('Kitchen printer: ready').waitFor();
	const ada = page.locator('.cook').filter({ hasText: 'Ada' });
	const refused = await fetch(`${edge}/api/cooks/ada/sign-out`, { method: 'POST' });
	assert.deepEqual([refused.status, (await refused.json()).code], [403, 'pin_needed'], 'anybody sends Ada home');
	await ada.getByRole('button', { name: 'Sign out' }).click();
	await page.getByRole('dialog', { name: 'PIN of Ada' }).waitFor();
	await page.keyboard.type(pins.ada);
	await page.keyboard.press('Enter');
	await until('Ada to go home', async () => !(await working('ada')));
	await ada.getByRole('button', { name: 'Sign in' }).click();
	await page.getByRole('dialog', { name: 'PIN of Ada' }).waitFor();
	found.push(...(await violations(page, 'health')));
	await page.keyboard.type(pins.ada);
	await page.keyboard.press('Enter');
	await until('Ada to be back', () => working('ada'));
	await page.context().close();
});

test('axe found nothing, and no page threw an error', () => assert.deepEqual([found, errors], [[], []]));
