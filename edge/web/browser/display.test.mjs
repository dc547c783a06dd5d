// The kitchen display at work: two tablets, hands and keys, a cut line, a node that goes away and comes back.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { card, clear, edge, errors, looked, photograph, place, post, tablet, tap, until, violations, world } from './stage.mjs';

beforeEach(clear);
afterEach(() => world('start'));

const text = (locator) => locator.innerText();

test('a tablet is given a station once and remembers it', async () => {
	const page = await tablet();
	await page.getByRole('heading', { name: 'What is this screen for?' }).waitFor();
	await page.locator('main').getByRole('button', { name: 'Make', exact: true }).click();
	await page.getByText('Nothing to do here').waitFor();
	await page.reload();
	await page.getByText('Nothing to do here').waitFor();
	assert.equal(await page.locator('nav button[aria-pressed=true]').innerText(), 'Make');
	await page.context().close();
});

test('a new ticket is on the glass at once, as a cook needs to read it, and the node knows', async (t) => {
	const page = await tablet('/', { view: 'make' });
	await page.getByText('Nothing to do here').waitFor();
	await page.evaluate(() => {
		globalThis.seenAt = {};
		new MutationObserver(() => {
			requestAnimationFrame(() => {
				for (const e of document.querySelectorAll('article')) globalThis.seenAt[e.dataset.order] ??= Date.now();
			});
		}).observe(document.body, { childList: true, subtree: true });
	});
	const took = [];
	for (let i = 0; i < 5; i++) {
		const quick = await place([{ product: 'parma', size: 'small' }]);
		const answered = Date.now();
		await card(page, quick).waitFor();
		took.push((await page.evaluate((id) => globalThis.seenAt[id], quick.id)) - answered);
		await tap(quick.id, 'bump', { station: 'make' });
	}
	t.diagnostic(`from answer to glass: ${took.join(', ')} ms`);
	assert.ok(took.sort((a, b) => a - b)[2] < 250, `on the glass ${took.join(', ')} ms after the answer`);
	const order = await place([
		{ product: 'diavola', half: 'quattro_formaggi', size: 'medium', toppings: [{ topping: 'jalapenos', placement: 'left', amount: 'none' }] },
		{ product: 'margherita', size: 'large', quantity: 2, note: 'Allergy: nuts' },
	]);
	await card(page, order).waitFor();
	const words = (await page.locator(`article[data-order="${order.id}"]`).allInnerTexts()).join(' ').replaceAll('\u00AD', '');
	for (const w of [String(order.number), '1×', 'M', 'Diavola', 'Quattro formaggi', 'Jalapeños', '2×', 'L', 'Margherita', 'ALLERGY', 'nuts', 'Carry out']) {
		assert.ok(words.includes(w), `${w} is missing in ${words}`);
	}
	assert.match(await card(page, order).locator('.none').innerText().then((t) => t.replaceAll('\u00AD', '')), /no\s+Jalapeños/i);
	const halves = await card(page, order).locator('.half').all();
	const [left, right] = await Promise.all(halves.map((h) => h.boundingBox()));
	assert.ok(left.x + left.width <= right.x + 2 && Math.abs(left.y - right.y) < 2, 'the halves are not two columns');
	const shown = await until('custody', async () => {
		const answer = await world('shown', { order: order.id });
		return answer.shown && answer;
	});
	assert.ok(shown.screen.length > 10);
	await page.context().close();
});

test('what is to be hit or read is big enough', async () => {
	await place([{ product: 'parma', size: 'large', toppings: [{ topping: 'rocket', amount: 'none' }] }]);
	const page = await tablet('/', { view: 'all' });
	await page.locator('article').first().waitFor();
	const small = await page.evaluate(() =>
		[...document.querySelectorAll('button')]
			.map((b) => ({ name: b.getAttribute('aria-label') ?? b.innerText, box: b.getBoundingClientRect() }))
			.filter(({ box }) => box.width > 0 && (box.width < 72 || box.height < 72))
			.map(({ name, box }) => `${name}: ${box.width}×${box.height}`),
	);
	assert.deepEqual(small, []);
	const px = (selector) => page.evaluate((s) => parseFloat(getComputedStyle(document.querySelector(s)).fontSize), selector);
	assert.ok((await px('.size')) >= 60);
	assert.ok((await px('article .name')) >= 24);
	assert.ok((await px('.change')) >= 24);
	await page.context().close();
});

test('no two targets are so close that one finger hits both', async () => {
	await place([{ product: 'parma', size: 'large' }, { product: 'hawaii', size: 'small' }, { product: 'cola' }]);
	for (const [path, view, size] of [['/', 'make', { width: 1280, height: 800 }], ['/', 'all', {}], ['/counter', undefined, { width: 1280, height: 800 }]]) {
		const page = await tablet(path, { view, ...size });
		await page.locator('article, .tiles button').first().waitFor();
		const close = await page.evaluate(() => {
			const all = [...document.querySelectorAll('button:not(:disabled)')].map((b) => ({ name: b.getAttribute('aria-label') ?? b.innerText, box: b.getBoundingClientRect() }));
			return all.flatMap((a, i) =>
				all.slice(i + 1).flatMap((b) => {
					const dx = Math.max(a.box.left - b.box.right, b.box.left - a.box.right);
					const dy = Math.max(a.box.top - b.box.bottom, b.box.top - a.box.bottom);
					return Math.max(dx, dy) < 11.5 ? [`${a.name} – ${b.name}: ${dx} ${dy}`] : [];
				}),
			);
		});
		assert.deepEqual(close, [], `${path} ${view}`);
		await page.context().close();
	}
});

test('a name breaks where a reader would break it, and no letter stands alone', async () => {
	const order = await place([{ product: 'prosciutto_funghi', half: 'capricciosa', size: 'large', toppings: [{ topping: 'gorgonzola', placement: 'left' }, { topping: 'artichokes', placement: 'right' }] }]);
	const page = await tablet('/', { view: 'make', width: 1280, height: 800 });
	await card(page, order).waitFor();
	const broken = await page.evaluate(() => {
		const texts = document.createTreeWalker(document.querySelector('.halves'), NodeFilter.SHOW_TEXT);
		const torn = [];
		for (let n = texts.nextNode(); n; n = texts.nextNode()) {
			const top = (at) => {
				const range = document.createRange();
				range.setStart(n, at);
				range.setEnd(n, at + 1);
				return range.getClientRects()[range.getClientRects().length - 1]?.top; // after a soft hyphen there is one rectangle on either line
			};
			for (let at = 1; at < n.data.length; at++) {
				const [before, here] = [n.data[at - 1], n.data[at]];
				if (/\p{L}/u.test(before) && /\p{L}/u.test(here) && Math.abs(top(at) - top(at - 1)) > 5) torn.push(`${n.data.slice(0, at)}/${n.data.slice(at)}`);
			}
		}
		return torn;
	});
	assert.deepEqual(broken, []);
	await page.context().close();
});

test('start, bump and undo on one tablet are seen on the other; a ticket that leaves moves no other', async () => {
	const [a, b] = [await tablet('/', { view: 'make' }), await tablet('/', { view: 'make' })];
	const orders = [];
	for (const product of ['hawaii', 'tonno', 'parma']) orders.push(await place([{ product, size: 'small' }]));
	for (const o of orders) await card(b, o).waitFor();
	const before = await card(b, orders[1]).boundingBox();
	await card(a, orders[0]).getByRole('button', { name: 'Start', exact: true }).click();
	await card(b, orders[0]).getByRole('button', { name: 'To the oven', exact: true }).waitFor();
	await card(a, orders[0]).getByRole('button', { name: 'To the oven', exact: true }).click();
	await card(b, orders[0]).waitFor({ state: 'detached' });
	assert.deepEqual(await card(b, orders[1]).boundingBox(), before, 'the neighbour jumped');
	await a.getByRole('button', { name: /Undo/ }).click();
	await card(b, orders[0]).waitFor();
	await card(b, orders[0]).getByRole('button', { name: 'To the oven', exact: true }).waitFor();
	assert.deepEqual(await card(b, orders[1]).boundingBox(), before, 'the neighbour jumped');
	await a.context().close();
	await b.context().close();
});

test('two tablets that bump the same ticket: one does, the other is told', async () => {
	const page = await tablet('/', { view: 'make' });
	const order = await place([{ product: 'napoli', size: 'small' }]);
	await card(page, order).waitFor();
	await page.route('**/bump', async (route) => {
		await tap(order.id, 'bump', { station: 'make' }); // the other tablet is a moment faster
		await route.continue();
	});
	await card(page, order).locator('.head').click();
	await page.getByText(`${order.number}: not done.`).waitFor();
	await card(page, order).waitFor({ state: 'detached' });
	await page.context().close();
});

test('a tap whose answer is lost is sent again and is one tap', async () => {
	const page = await tablet('/', { view: 'all' });
	const order = await place([{ product: 'greca', size: 'small' }]);
	await card(page, order).waitFor();
	let sent = 0;
	await page.route('**/start', async (route) => {
		sent++;
		if (sent > 1) return route.continue();
		await post(new URL(route.request().url()).pathname, route.request().postDataJSON());
		await route.abort('connectionreset'); // done, but nobody hears of it
	});
	await card(page, order).getByRole('button', { name: 'Start', exact: true }).click();
	await page.getByText(`${order.number} started`).waitFor();
	assert.equal(sent, 2);
	await card(page, order).getByRole('button', { name: 'To the oven', exact: true }).waitFor();
	await page.context().close();
});

test('the keyboard does all of it', async () => {
	const page = await tablet('/', { view: 'sides' });
	const [one, two] = [await place([{ product: 'green_salad' }, { product: 'tiramisu' }]), await place([{ product: 'cola' }])];
	await card(page, two).waitFor();
	const cell = async (o) => (await card(page, o).locator('kbd').innerText()).trim();
	await page.keyboard.press(await cell(two));
	assert.ok(await card(page, two).evaluate((e) => e.classList.contains('focused')));
	await page.keyboard.press('Enter');
	await card(page, two).waitFor({ state: 'detached' });
	await looked(page);
	await page.keyboard.press('u');
	await card(page, two).waitFor();
	await looked(page);
	await page.keyboard.press(await cell(one));
	await page.keyboard.press(' ');
	await until('one item done', async () => (await card(page, one).locator('.row').count()) === 1);
	await page.keyboard.press('Enter');
	await card(page, one).waitFor({ state: 'detached' });
	await page.getByText('Undo').waitFor({ state: 'detached', timeout: 8000 });
	await page.keyboard.press('Backspace');
	await card(page, one).waitFor();
	await looked(page);
	await page.keyboard.press('ArrowRight');
	await page.keyboard.press('ArrowLeft');
	assert.equal(await page.locator('article.focused').count(), 1);
	await page.keyboard.press('r');
	await page.getByRole('dialog', { name: 'Recall a ticket' }).waitFor();
	await page.keyboard.press('Escape');
	await page.getByRole('dialog').waitFor({ state: 'detached' });
	await page.keyboard.press('r');
	await page.getByRole('dialog', { name: 'Recall a ticket' }).waitFor();
	await page.evaluate(() => {
		for (const key of ['Escape', 'a']) dispatchEvent(new KeyboardEvent('keydown', { key })); // faster than a dialog says that it closed
	});
	await page.getByRole('dialog').waitFor({ state: 'detached' });
	await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn))));
	await page.getByRole('complementary', { name: 'All day' }).waitFor();
	await page.context().close();
});

test('a voided ticket is stamped on every screen until somebody has seen it on one, and a remake is loud', async () => {
	const [page, other] = [await tablet('/', { view: 'make' }), await tablet('/', { view: 'all' })];
	const order = await place([{ product: 'calabrese', size: 'large' }]);
	await card(page, order).waitFor();
	for (const station of ['make', 'oven', 'oven']) await tap(order.id, 'bump', { station });
	await card(page, order).waitFor({ state: 'detached' });
	await tap(order.id, 'remake', { reason: 'burned' });
	await card(page, order).getByText('Remake').waitFor();
	assert.ok(await card(page, order).evaluate((e) => e.classList.contains('shouts')));
	await card(other, order).getByRole('button', { name: 'Seen' }).click();
	await card(page, order).getByRole('button', { name: 'Seen' }).waitFor({ state: 'detached' });
	assert.ok(await card(page, order).getByText('Remake').isVisible(), 'that it is a remake is still to be read');
	await tap(order.id, 'void', { reason: 'guest cancelled' });
	const stamp = page.getByRole('button', { name: /Voided/ });
	await stamp.waitFor();
	assert.match(await stamp.getAttribute('aria-label'), new RegExp(String(order.number)));
	assert.ok(await card(page, order).evaluate((e) => e.classList.contains('voided')), 'its card says so, and hides no other');
	await page.reload();
	await stamp.waitFor();
	await other.getByRole('button', { name: /Voided/ }).click();
	await stamp.waitFor({ state: 'detached' });
	await page.context().close();
	await other.context().close();
});

test('a rush is loud until it is seen, by touch or by key, and what is held waits until it is taken up', async () => {
	const page = await tablet('/', { view: 'make' });
	const [calm, order] = [await place([{ product: 'napoli', size: 'small' }]), await place([{ product: 'tonno', size: 'small' }])];
	await card(page, order).getByRole('button', { name: /^More/ }).click();
	await page.getByRole('button', { name: 'guest waits here' }).click();
	await card(page, order).getByText('Rush').waitFor();
	const cells = await page.locator('article').evaluateAll((all) => all.map((a) => a.dataset.order));
	assert.deepEqual(cells, [calm.id, order.id], 'a rush moved a ticket from its place');
	await looked(page);
	await page.keyboard.press(String(cells.indexOf(order.id) + 1));
	await page.keyboard.press('Enter');
	await card(page, order).getByRole('button', { name: 'Seen' }).waitFor({ state: 'detached' });
	assert.ok(await card(page, order).getByRole('button', { name: 'Start', exact: true }).isVisible(), 'the key that took note bumped the ticket as well');

	await page.keyboard.press('h');
	await card(page, order).getByText('On hold').waitFor();
	await card(page, order).getByRole('button', { name: 'Take it up again' }).waitFor();
	await looked(page);
	await page.keyboard.press('h');
	await card(page, order).getByRole('button', { name: 'Start', exact: true }).waitFor();
	await page.context().close();
});

test('with the internet cut the display says so calmly and goes on working', async () => {
	const page = await tablet('/', { view: 'make' });
	await page.getByText('cloud connected').waitFor();
	await world('link', { state: 'down', cause: 'internet', since: new Date().toISOString(), backlog: 3 });
	await page.getByText('The restaurant runs on its own').waitFor();
	await page.getByText('3 to be sent').waitFor();
	const order = await place([{ product: 'fiorentina', size: 'medium' }]);
	await card(page, order).locator('.head').click();
	await page.getByText(`${order.number} bumped`).waitFor();
	await world('link', { state: 'up', since: new Date().toISOString() });
	await page.getByText('cloud connected').waitFor();
	await page.context().close();
});

test('with the node lost the tickets stay, taps are refused with a word, and the page comes back by itself', async () => {
	const page = await tablet('/', { view: 'make' });
	const order = await place([{ product: 'hawaii', size: 'large' }]);
	await card(page, order).waitFor();
	await page.waitForTimeout(700); // the board is written down
	await world('stop');
	const strip = page.getByRole('alert').filter({ hasText: 'Node lost' });
	await strip.waitFor();
	assert.match(await text(strip), /since \d\d:\d\d/);
	const box = await strip.boundingBox();
	assert.ok(box.width >= 1900 && box.height >= 40, 'the strip is not over the whole width');
	await card(page, order).locator('.head').click({ force: true }); // it says that it is disabled, but answers
	await page.getByText(`${order.number}: not done, the node cannot be reached.`).waitFor();
	assert.ok(await card(page, order).isVisible());
	await world('start');
	const back = Date.now();
	await strip.waitFor({ state: 'detached' });
	assert.ok(Date.now() - back < 5000);
	const later = await place([{ product: 'parma', size: 'small' }]);
	await card(page, later).waitFor();
	await card(page, order).locator('.head').click();
	await page.getByText(`${order.number} bumped`).waitFor();
	await page.context().close();
});

test('a page that is loaded while the node has no answer yet shows the tickets it kept', async () => {
	const page = await tablet('/', { view: 'make' });
	const order = await place([{ product: 'vegetariana', size: 'large' }]);
	await card(page, order).waitFor();
	await until('the board is written down', () => page.evaluate((id) => localStorage.getItem('awesome.board')?.includes(id), order.id));
	await page.route('**/api/**', (route) => route.abort('connectionrefused'));
	await page.reload();
	await card(page, order).waitFor();
	await page.getByRole('alert').filter({ hasText: 'Node lost' }).waitFor();
	await page.unroute('**/api/**');
	await page.getByText('cloud connected').waitFor();
	await page.context().close();
});

test('after a reload while the node restarts the page is there again by itself', async () => {
	const page = await tablet('/', { view: 'make' });
	const order = await place([{ product: 'tonno', size: 'large' }]);
	await card(page, order).waitFor();
	await world('stop');
	await page.reload().catch(() => undefined); // the browser's own page says that nobody answers, and tries again
	await world('start');
	await card(page, order).waitFor({ timeout: 20_000 });
	await page.context().close();
});

test('a recovered ticket asks where it is, and one tap or one key answers', async () => {
	const known = await place([{ product: 'parma', size: 'large' }]);
	const page = await tablet('/', { view: 'all' });
	await card(page, known).waitFor();
	const found = await world('recover', { product: 'tonno', size: 'large', number: known.number });
	const lost = card(page, found);
	await lost.waitFor();
	const asks = await text(lost);
	assert.match(asks, /recovered/i);
	assert.match(asks, /where is it\?/i);
	assert.match(asks, new RegExp(`was ${known.number}`));
	const ask = await page.evaluate(() => parseFloat(getComputedStyle(document.querySelector('.ask')).fontSize));
	assert.ok(ask >= 24, `the question is ${ask} px high: it cannot be read at two metres`);
	assert.ok(await page.getByRole('article', { name: /Recovered/ }).isVisible());
	const box = await lost.getByRole('button', { name: 'Yes: in the oven' }).boundingBox();
	assert.ok(box.height >= 72 && box.width >= 72);
	await photograph(page, 'display-recovered');
	await lost.getByRole('button', { name: /^Elsewhere/ }).click();
	await page.getByRole('group', { name: /Where is it/ }).getByRole('button', { name: 'on the cut table' }).click();
	await page.getByText(/is where you said/).waitFor();
	await lost.getByRole('button', { name: 'Cut and boxed' }).waitFor();
	assert.doesNotMatch(await text(lost), /recovered/i);

	const second = await world('recover', { product: 'hawaii', size: 'small', number: 90, state: 'made' });
	await card(page, second).getByRole('button', { name: 'Yes: being made' }).waitFor();
	const cells = await page.locator('article').evaluateAll((all) => all.map((a) => a.dataset.order));
	await page.keyboard.press(String(cells.indexOf(second.id) + 1));
	await page.keyboard.press('Enter');
	await card(page, second).getByRole('button', { name: 'Into the oven' }).waitFor();
	await page.context().close();
});

test('the strip says in words why the line is down when somebody has to know', async () => {
	const page = await tablet('/', { view: 'make' });
	await page.getByText('cloud connected').waitFor();
	for (const [cause, words] of [
		['fenced', 'This box was replaced: its orders stay here until head office takes them over'],
		['healing', 'web orders come back by themselves'],
		['credential', 'cook on, and call head office'],
		['schema', 'an update is needed'],
	]) {
		await world('link', { state: 'down', cause, since: new Date().toISOString(), backlog: 3 });
		const strip = page.getByRole('status').filter({ hasText: words });
		await strip.waitFor();
		const cut = await strip.locator('span').evaluate((e) => e.scrollWidth - e.clientWidth);
		assert.ok(cut <= 0, `${cause}: ${cut} px of the sentence cannot be read`);
	}
	await world('link', { state: 'down', cause: 'fenced', since: new Date().toISOString(), backlog: 3 });
	await page.getByText('This box was replaced').waitFor();
	await photograph(page, 'display-fenced');
	await world('link', { state: 'up', since: new Date().toISOString() });
	await page.getByText('cloud connected').waitFor();
	await page.context().close();
});

test('an oven that sees a pizza shows it on the display without a tap', async () => {
	const page = await tablet('/', { view: 'oven' });
	await world('ovens', [{ id: 'deck', kind: 'deck', state: 'ok', slots: 4, band: { low: 280, high: 320 }, chambers: [{ name: 'top', celsius: 301 }], items: [] }]);
	await page.getByText('301 °C').waitFor();
	const order = await place([{ product: 'marinara', size: 'small' }]);
	await tap(order.id, 'bump', { station: 'make' });
	await card(page, order).getByRole('button', { name: 'Into the oven' }).waitFor();
	await world('oven', { oven: 'deck', kind: 'item_in', slot: 3 });
	await page.getByRole('listitem', { name: 'place 3' }).getByText(String(order.number)).waitFor();
	await world('clock', { seconds: 400 });
	await place([{ product: 'cola' }]); // the node's time comes with the next change
	await page.locator('li.over').waitFor();
	await world('oven', { oven: 'deck', kind: 'item_out', slot: 3 });
	await card(page, order).waitFor({ state: 'detached' });
	await page.context().close();
});

test('a pizza that was tapped in lies in the deck that was meant for it, and says that a hand put it there', async () => {
	const page = await tablet('/', { view: 'oven', width: 1280, height: 800 });
	const deck = (more = {}) => ({ id: 'deck', kind: 'deck', state: 'ok', slots: 4, band: { low: 280, high: 320 }, chambers: [{ name: 'top', celsius: 301 }, { name: 'floor', celsius: 296 }], items: [], decks: [1, 2].map((d) => ({ deck: d, state: 'ok' })), ...more });
	await world('ovens', [deck()]);
	const order = await place([{ product: 'marinara', size: 'small' }, { product: 'napoli', size: 'large' }]);
	await tap(order.id, 'bump', { station: 'make' });
	const meant = (await (await fetch(`${edge}/api/board`)).json()).tickets.find((t) => t.order_id === order.id).items[0].plan;
	const row = card(page, order).locator('.row').first();
	await until('the line to say where it goes', async () => new RegExp(`→ deck\\s+deck ${meant.deck}`).test(await row.innerText()));
	await card(page, order).getByRole('button', { name: 'Into the oven' }).click();
	const ovens = page.getByRole('region', { name: 'Ovens' });
	await ovens.locator('ol').nth(meant.deck - 1).getByRole('listitem').filter({ hasText: 'Marinara' }).getByText('by hand').waitFor();
	assert.equal(await ovens.getByText('Put in by hand').count(), 0);
	await world('ovens', [deck(), { ...deck(), id: 'second' }, { ...deck(), id: 'third' }]);
	await page.getByRole('heading', { name: 'third' }).waitFor({ state: 'attached' });
	await page.getByRole('button', { name: 'more below' }).click();
	await until('the last oven to be in view', () => page.getByRole('heading', { name: 'third' }).evaluate((e) => e.getBoundingClientRect().bottom < innerHeight));
	assert.deepEqual(await violations(page, 'three ovens'), []);
	await world('ovens', [deck({ id: 'another' })]);
	const hands = ovens.getByRole('article').filter({ hasText: 'Put in by hand' });
	await hands.getByText('Marinara').waitFor();
	assert.ok((await hands.boundingBox()).y < (await ovens.getByRole('heading', { name: 'another' }).boundingBox()).y, 'what nobody planned is below the fold');
	await world('ovens', [deck()]);
	await hands.waitFor({ state: 'detached' });
	for (const theme of ['dark', 'light']) {
		await page.evaluate((t) => (document.documentElement.dataset.theme = t), theme);
		await photograph(page, `display-oven-by-hand-${theme}`);
	}
	await page.context().close();
});

test('an oven that told of a fault works again when somebody says so', async () => {
	const page = await tablet('/', { view: 'oven' });
	const deck = { id: 'deck', kind: 'deck', state: 'fault', slots: 4, band: { low: 280, high: 320 }, chambers: [{ name: 'top', celsius: 301 }], items: [], decks: [{ deck: 1, state: 'ok' }, { deck: 2, state: 'fault' }], broken_slots: [3] };
	await world('ovens', [deck]);
	await world('oven', { oven: 'deck', kind: 'fault', slot: 3 });
	const alerts = async () => (await (await fetch(`${edge}/api/board`)).json()).alerts.filter((a) => a.what === 'malfunction');
	assert.equal((await alerts()).length, 1);
	await page.getByText('deck 2 · fault').waitFor();
	assert.deepEqual(await violations(page, 'a fault'), []);
	await photograph(page, 'display-oven-fault');
	const button = page.getByRole('button', { name: 'Works again' });
	const box = await button.boundingBox();
	assert.ok(box.width >= 72 && box.height >= 72, JSON.stringify(box));
	await button.click();
	await until('the fault to be over', async () => (await alerts()).length === 0);
	await world('ovens', [{ ...deck, state: 'ok', broken_slots: undefined, decks: undefined }]);
	await button.waitFor({ state: 'detached' });
	await page.context().close();
});

test('a ticket under a window counts as seen when the window is gone, and not before', async () => {
	const page = await tablet('/', { view: 'make' });
	await page.getByText('cloud connected').waitFor();
	await page.keyboard.press('k');
	await page.getByRole('dialog', { name: 'This screen' }).waitFor();
	const order = await place([{ product: 'napoli', size: 'small' }]);
	await card(page, order).waitFor();
	const seq = (await (await fetch(`${edge}/api/board`)).json()).seq;
	await page.waitForRequest((r) => r.url().endsWith('/rendered') && r.postDataJSON().seq >= seq, { timeout: 30_000 }); // it says what it shows
	assert.equal((await world('shown', { order: order.id })).shown, false, 'what a window covers was reported as seen');
	await page.keyboard.press('Escape');
	await until('the ticket to be reported', async () => (await world('shown', { order: order.id })).shown, 15_000);
	await page.context().close();
});

test('it speaks the language of its tablet', async () => {
	const page = await tablet('/', { view: 'make', locale: 'it-IT' });
	await page.getByRole('button', { name: 'Banco' }).waitFor();
	assert.equal(await page.evaluate(() => document.documentElement.lang), 'it');
	await page.context().close();
});

test('no page threw an error on the way', () => assert.deepEqual(errors, []));
