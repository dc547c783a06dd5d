// A cook with a bump bar and no hand free: pages, keys that are taught, panels without a touch, and what is heard.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { card, clear, edge, errors, looked, photograph, place, tablet, tap, until, violations, world } from './stage.mjs';

beforeEach(clear);

const small = { width: 1280, height: 800 };

/** rings replaces the loudspeaker by a list of when it was heard, and of its first tone. */
const rings = `
	globalThis.heard = [];
	globalThis.AudioContext = class {
		state = 'running';
		currentTime = 0;
		destination = {};
		resume() { return Promise.resolve(); }
		createGain() { return { gain: { setValueAtTime() {}, exponentialRampToValueAtTime() {} }, connect: (next) => next }; }
		createOscillator() {
			const tone = { frequency: { value: 0 }, connect: (next) => next, start: (at) => at === 0 && globalThis.heard.push(tone.frequency.value), stop() {} };
			return tone;
		}
	};
	localStorage.setItem('awesome.sound', 'on');
`;

test('what does not fit lies on further pages; nobody jumps when one leaves, and the next comes forward into the hole', async () => {
	const orders = [];
	for (let i = 0; i < 14; i++) orders.push(await place([{ product: 'marinara', size: 'small' }]));
	const page = await tablet('/', { view: 'make', ...small });
	await card(page, orders[13]).waitFor({ state: 'attached' });
	const shown = () => page.evaluate(() => [...document.querySelectorAll('article')].filter((a) => a.getBoundingClientRect().top < innerHeight && a.getBoundingClientRect().bottom > 150).map((a) => a.dataset.order));
	const first = (await shown()).length;
	assert.ok(first >= 4 && first < 13, `${first} tickets on a page`);
	assert.deepEqual(await shown(), orders.slice(0, first).map((o) => o.id));
	await page.getByText(`${14 - first} on other pages`).waitFor();
	const seen = async (o) => (await world('shown', { order: o.id })).shown;
	await until('the first page to be reported', () => seen(orders[first - 1]));
	assert.equal(await seen(orders[first]), false, 'a ticket on another page was reported as seen');

	await page.keyboard.press('2');
	await page.keyboard.press('PageDown');
	await until('the second page', async () => (await shown())[0] === orders[first].id);
	assert.equal(await page.locator('article.focused').count(), 0, 'a key would move a ticket that is out of view');
	await until('the second page to be reported', () => seen(orders[first]));
	await page.keyboard.press('1');
	assert.ok(await card(page, orders[first]).evaluate((e) => e.classList.contains('focused')));
	await page.keyboard.press('PageUp');
	await until('the first page', async () => (await shown())[0] === orders[0].id);

	const before = await Promise.all([0, 2, 3].map((i) => card(page, orders[i]).boundingBox()));
	await tap(orders[1].id, 'bump', { station: 'make' });
	await until('the hole to be filled', async () => (await shown()).includes(orders[first].id));
	assert.deepEqual(await Promise.all([0, 2, 3].map((i) => card(page, orders[i]).boundingBox())), before, 'a neighbour jumped');
	await page.getByRole('button', { name: 'Page down' }).click();
	await until('the second page by touch', async () => (await shown()).includes(orders[13].id));
	await page.context().close();
});

test('a digit that means no ticket means no other either', async () => {
	const order = await place([{ product: 'marinara', size: 'small' }]);
	const page = await tablet('/', { view: 'make' });
	await card(page, order).waitFor();
	await looked(page);
	await page.keyboard.press('9');
	await page.keyboard.press('Enter');
	await page.keyboard.press('1');
	await page.keyboard.press('s');
	await page.getByText(`${order.number} started`).waitFor();
	const { tickets } = await (await fetch(`${edge}/api/board`)).json();
	assert.equal(tickets.find((t) => t.order_id === order.id).state, 'preparing', 'Enter moved a ticket that nobody had aimed at');
	await page.context().close();
});

test('all-day counts what is on the page in view, and says how much there is in all', async () => {
	for (let i = 0; i < 6; i++) await place([{ product: i < 5 ? 'marinara' : 'hawaii', size: 'small', toppings: [{ topping: 'olives', amount: 'extra' }] }]);
	const page = await tablet('/', { view: 'make', ...small });
	await page.locator('article').first().waitFor();
	await page.keyboard.press('a');
	const panel = page.getByRole('complementary', { name: 'All day' });
	await panel.waitFor();
	await until('four on the page', async () => /4\s+S Marinara\s+of 5/.test(await panel.innerText()));
	assert.match(await panel.innerText(), /4\s+Black olives\s+of 6/);
	await page.keyboard.press('PageDown');
	await until('the other page', async () => /1\s+S Hawaii\s+of 1\s+1\s+S Marinara\s+of 5/.test(await panel.innerText()));
	await page.context().close();
});

test('any ticket of the shift is found by its number, by key and by touch, and comes back with its clock', async () => {
	const order = await place([{ product: 'cola' }, { product: 'tiramisu' }]);
	await tap(order.id, 'bump', { station: 'sides' });
	await tap(order.id, 'hand-over', { station: 'pass' });
	const other = await place([{ product: 'hawaii', size: 'small' }]);
	const page = await tablet('/', { view: 'pass', ...small });
	await page.keyboard.press('r');
	const panel = page.getByRole('dialog', { name: 'Recall a ticket' });
	await panel.getByText('Ended today').waitFor();
	await page.keyboard.type(`${order.number}7`);
	await page.keyboard.press('Backspace');
	const found = panel.getByRole('status').getByRole('listitem');
	await found.getByText(/handed over · \d\d:\d\d/).waitFor();
	await found.getByText(/queued \d\d:\d\d ·\s+\d+:\d\d/).waitFor();
	assert.equal(await panel.getByText('Ended today').count(), 0, 'what is not asked for is out of the way');
	assert.deepEqual(await violations(page, 'recall by number'), []);
	await photograph(page, 'display-recall-number');
	const small_ = await panel.getByRole('button').evaluateAll((all) => all.map((b) => b.getBoundingClientRect()).filter((b) => b.width < 72 || b.height < 72).length);
	assert.equal(small_, 0, 'a digit is smaller than a thumb');
	await page.keyboard.press('ArrowDown'); // past the digits, to the one thing there is to do
	await page.keyboard.press('Enter');
	await panel.waitFor({ state: 'detached' });
	await card(page, order).waitFor();
	const ticket = (await (await fetch(`${edge}/api/board`)).json()).tickets.find((t) => t.order_id === order.id);
	assert.deepEqual([ticket.state, ticket.queued_at], ['ready', order.queued_at]);

	await page.getByRole('button', { name: 'Recall' }).click();
	for (const digit of String(other.number)) await panel.getByRole('button', { name: digit, exact: true }).click();
	await found.getByText('Hawaii').waitFor();
	assert.equal(await found.getByRole('button').count(), 0, 'nobody has begun it');
	for (let i = 0; i < 4; i++) await panel.getByRole('button', { name: 'Delete a digit' }).click();
	await panel.getByRole('textbox', { name: 'Number of the ticket' }).fill('9999');
	await panel.getByText('No order of today has the number 9999.').waitFor();
	await page.context().close();
});

test('a key is taught by pressing it, a clash is said, and the device remembers until it is told to forget', async () => {
	const order = await place([{ product: 'marinara', size: 'small' }]);
	const page = await tablet('/', { view: 'make' });
	await card(page, order).waitFor();
	await looked(page);
	await page.keyboard.press('k');
	const panel = page.getByRole('dialog', { name: 'This screen' });
	await panel.getByRole('button', { name: /^Bump/ }).click();
	await panel.getByText('Bump: press the key now').waitFor();
	await page.keyboard.press('u');
	await panel.getByText('U is already “Undo”').waitFor();
	await page.keyboard.press('F9');
	await panel.getByRole('button', { name: 'Bump F9' }).waitFor();
	await panel.getByRole('button', { name: /^Item done/ }).click();
	await page.keyboard.press('a');
	await page.keyboard.press('a');
	await panel.getByRole('button', { name: 'All day no key' }).waitFor();
	await panel.getByRole('button', { name: /^Start/ }).click();
	await page.keyboard.press('Escape');
	assert.ok(await panel.isVisible(), 'Escape closed the panel instead of leaving the key as it is');
	await page.keyboard.press('Escape');
	await panel.waitFor({ state: 'detached' });

	await page.reload();
	await card(page, order).waitFor();
	await page.locator('.up').waitFor(); // what it remembers is there before the node is
	await looked(page);
	await page.keyboard.press('Enter');
	await page.keyboard.press('F9');
	await page.getByText(`${order.number} bumped`).waitFor();
	await page.keyboard.press('k');
	await panel.getByRole('button', { name: 'Keys as usual' }).click();
	await panel.getByRole('button', { name: 'Bump Enter' }).waitFor();
	await page.context().close();
});

test('a bump bar gets through a panel and clears a voided ticket, though it has no Tab', async () => {
	const order = await place([{ product: 'marinara', size: 'small' }]);
	const page = await tablet('/', { view: 'make' });
	await card(page, order).waitFor();
	await looked(page);
	await page.keyboard.press('1');
	await page.keyboard.press('m');
	await page.getByRole('dialog').waitFor();
	for (let i = 0; i < 12 && !(await page.evaluate(() => document.activeElement.innerText.includes('guest cancelled'))); i++) await page.keyboard.press('ArrowRight');
	await page.keyboard.press('Enter');
	await page.getByText('That cannot be undone').waitFor(); // it is asked once, and leaves it alone unless told otherwise
	await page.keyboard.press('ArrowRight');
	await page.keyboard.press('Enter');
	const stamp = page.getByRole('button', { name: /Voided/ });
	await stamp.waitFor();
	await looked(page);
	await page.keyboard.press('Enter');
	await stamp.waitFor({ state: 'detached' });
	await page.context().close();
});

test('a new ticket rings again until somebody touches it, on whatever screen, and each event can be silenced', async () => {
	const page = await tablet('/', { view: 'make', init: rings });
	await page.getByText('cloud connected').waitFor();
	const heard = () => page.evaluate(() => globalThis.heard.length);
	const later = async (seconds) => {
		await world('clock', { seconds });
		await tap((await place([{ product: 'cola' }])).id, 'bump', { station: 'sides' }); // the node's time comes with the next change
	};
	const order = await place([{ product: 'marinara', size: 'small' }]);
	await until('the first ring', async () => (await heard()) === 1);
	await later(16);
	await until('the second ring', async () => (await heard()) === 2);
	await tap(order.id, 'start', { station: 'make' }); // somebody else
	await card(page, order).getByRole('button', { name: 'To the oven' }).waitFor();
	const rung = await heard();
	await later(16);
	await page.getByText('last ticket 0 s ago').waitFor();
	assert.equal(await heard(), rung, 'it rang on after a hand was there');

	await page.getByRole('button', { name: 'This screen' }).click();
	await page.getByRole('button', { name: 'new tickets', pressed: true }).click();
	await page.getByRole('button', { name: 'Close', exact: true }).click();
	const silenced = await heard();
	const quiet = await place([{ product: 'marinara', size: 'small' }]);
	await card(page, quiet).waitFor();
	await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn, 50))));
	assert.equal(await heard(), silenced);
	await page.context().close();
});

test('while the browser blocks sound, a bar over the whole width asks for a touch', async () => {
	const page = await tablet('/', { view: 'make', init: "localStorage.setItem('awesome.sound', 'on')" });
	const bar = page.getByRole('button', { name: 'Touch here to hear new tickets' });
	await bar.waitFor();
	const box = await bar.boundingBox();
	assert.ok(box.width > 1900 && box.height >= 72, JSON.stringify(box));
	await bar.click();
	await bar.waitFor({ state: 'detached' });
	await page.context().close();
});

test('arrows go from line to line of a ticket, and Space marks the one they stand at', async () => {
	const [order, next] = [await place([{ product: 'green_salad' }, { product: 'tiramisu', quantity: 2 }, { product: 'cola' }]), await place([{ product: 'cola' }])];
	const page = await tablet('/', { view: 'sides' });
	await card(page, next).waitFor();
	const lines = card(page, order).locator('.row');
	const chosen = page.locator('.row[aria-current="true"]');
	const items = async () => (await (await fetch(`${edge}/api/board`)).json()).tickets.find((t) => t.order_id === order.id).items.map((i) => (i.state === 'done' ? 1 : 0)).join('');
	await page.keyboard.press((await card(page, order).locator('kbd').innerText()).trim());
	assert.equal(await chosen.count(), 0, 'nothing is chosen before an arrow says so');
	for (let i = 0; i < 2; i++) await page.keyboard.press('ArrowDown');
	assert.match(await chosen.innerText(), /2×\s+Tiramisù/);
	await page.getByText(`Order ${order.number}, line 2 of 3: 2× Tiramisù`).waitFor({ state: 'attached' });
	const look = await chosen.evaluate((e) => [getComputedStyle(e).outlineStyle, getComputedStyle(e, '::after').content]);
	assert.deepEqual(look, ['solid', '"▶"'], 'the chosen line is told by colour alone');
	assert.deepEqual(await violations(page, 'a chosen line'), []);
	await photograph(page, 'display-line');
	await page.keyboard.press(' ');
	await until('one tiramisù to be done', async () => (await items()) === '0100');
	await lines.getByText(/^1×/).nth(1).waitFor();
	await page.keyboard.press(' ');
	await until('the other one to be done', async () => (await items()) === '0110');
	await until('the next line to be chosen', async () => /Cola/.test(await chosen.innerText()));
	await page.keyboard.press('ArrowUp');
	assert.match(await chosen.innerText(), /salad/i);

	const salad = (await (await fetch(`${edge}/api/board`)).json()).tickets.find((t) => t.order_id === order.id).items[0].id;
	await tap(order.id, 'start', { item: salad }); // somebody else is faster
	await tap(order.id, `items/${salad}/bump`);
	await lines.getByText('Green salad').waitFor({ state: 'detached' });
	await page.keyboard.press(' ');
	await page.getByText('Something has just moved: look, and press again.').waitFor();
	assert.equal(await items(), '1110', 'Space marked a line that nobody had chosen');
	await page.keyboard.press('ArrowDown');
	await page.keyboard.press('ArrowDown');
	assert.ok(await card(page, next).evaluate((e) => e.classList.contains('focused')), 'behind the last line comes the next ticket');
	await page.keyboard.press('ArrowLeft');
	await page.keyboard.press('ArrowUp');
	await page.context().close();
});

test('all-day lies over one column: no ticket jumps, nothing is cut off without a sign, and its key shows the rest', async () => {
	const { toppings } = await (await fetch(`${edge}/api/menu`)).json();
	for (const [n, product] of ['marinara', 'hawaii', 'tonno', 'parma', 'napoli', 'greca', 'calabrese'].entries()) {
		await place([{ product, size: 'small', toppings: [0, 1, 2].map((i) => ({ topping: toppings[3 * n + i].id, amount: 'extra' })) }]);
	}
	const page = await tablet('/', { view: 'make', width: 1280, height: 600 });
	await page.locator('article').first().waitFor();
	await until('the page to be full', async () => (await page.locator('.pages span').count()) === 1);
	const boxes = () => page.locator('article').evaluateAll((all) => all.map((a) => [a.dataset.order, a.getBoundingClientRect().left, a.getBoundingClientRect().top]));
	const before = await boxes();
	await page.keyboard.press('a');
	const panel = page.getByRole('complementary', { name: 'All day' });
	await panel.waitFor();
	assert.deepEqual(await boxes(), before, 'a ticket jumped');
	const hidden = () => panel.locator('.box').evaluate((e) => e.scrollHeight - e.clientHeight - e.scrollTop);
	assert.ok((await hidden()) > 4, 'the story needs a panel that is too small');
	await panel.getByRole('button', { name: 'more below' }).waitFor();
	assert.deepEqual(await violations(page, 'all day'), []);
	for (let i = 0; i < 20 && (await hidden()) > 4; i++) await page.keyboard.press('a');
	assert.ok((await hidden()) <= 4 && (await panel.isVisible()), 'the key closed the panel before all of it was seen');
	await panel.getByRole('button', { name: 'from the top' }).click();
	await panel.getByRole('button', { name: 'more below' }).waitFor();
	await page.keyboard.press('Escape');
	await panel.waitFor({ state: 'detached' });
	await page.context().close();
});

test('no page threw an error on the way', () => assert.deepEqual(errors, []));
