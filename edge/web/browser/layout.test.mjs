// What lies where on the display: nothing that has to be seen is cut or covered, and the glass is used.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { address, card, clear, edge, errors, place, tablet, tap, until, world } from './stage.mjs';

beforeEach(clear);

const sizes = [{ width: 1280, height: 800 }, { width: 1920, height: 1080 }];
const low = { width: 1280, height: 720 };
const board = async () => (await fetch(`${edge}/api/board`)).json();

/** shown waits until a page has so many tickets. */
const shown = (page, n) => until(`${n} tickets`, async () => (await page.locator('article[data-order]:not(.torn-top)').count()) === n, 20_000);

/** cut are the cards of a page of which something does not lie within them. */
const cut = (page) =>
	page.evaluate(() =>
		[...document.querySelectorAll('article[data-order]')].flatMap((a) => {
			const inside = a.getBoundingClientRect().bottom - parseFloat(getComputedStyle(a).borderBottomWidth) + 0.5;
			const rows = a.querySelector('.rows');
			const over = rows.scrollHeight - rows.clientHeight;
			const out = [...a.querySelectorAll('.banner, footer, .continued, .seen')].filter((e) => e.getBoundingClientRect().bottom > inside).map((e) => e.className || e.tagName);
			const clipped = [...a.querySelectorAll('.banner, .foot .notice, .notice span')].filter((e) => e.scrollWidth > e.clientWidth + 1).map((e) => e.textContent.trim());
			return over > 1 || out.length > 0 || clipped.length > 0 ? [`${a.querySelector('.number').textContent}: ${over} px of lines, out: ${out}, cut: ${clipped}`] : [];
		}),
	);

const notes = ['no cut please, my daughter is allergic to nuts and sesame', 'Nussallergie! bitte sauberes Messer verwenden', 'Allergy: nuts', 'well done'];

/** rush is an evening of guests who must not eat this or that, and what a kitchen does about it. */
async function rush() {
	const orders = [];
	const lines = (i) => [
		...(i % 2 ? [{ product: 'caesar_salad', quantity: 1 + (i % 3), ...(i % 4 === 1 ? { avoid: ['milk'] } : {}) }] : []),
		{ product: ['margherita', 'quattro_formaggi', 'frutti_di_mare'][i % 3], size: ['small', 'medium', 'large'][i % 3], quantity: [1, 2, 12][i % 3], note: notes[i % 4], ...(i % 3 === 0 ? { avoid: ['milk', 'nuts'] } : {}), ...(i % 5 === 0 ? { half: 'prosciutto_funghi' } : {}) },
		...(i % 3 === 1 ? [{ product: 'tiramisu', note: notes[(i + 1) % 4] }] : []),
	];
	for (let i = 0; i < 24; i++) {
		const delivery = i % 4 === 0 ? { fulfilment: 'delivery', channel: 'phone', address } : {};
		orders.push(await place(lines(i), { confirmed: true, customer: { name: ['Ada', 'Bartholomew Featherstonehaugh'][i % 2] }, ...delivery }));
	}
	const long = `allergic to ${'nuts and sesame '.repeat(9)}`;
	orders.push(await place([{ product: 'margherita', size: 'large', note: long }, { product: 'green_salad', note: `${long}!` }]));
	for (const i of [2, 9]) await tap(orders[i].id, 'rush', { reason: 'the guest waits' });
	for (const i of [3, 10]) await tap(orders[i].id, 'hold', { reason: 'the guest called and comes a little later' });
	for (const i of [5, 12]) await tap(orders[i].id, 'start', { station: 'make' });
	for (const i of [5, 12]) await tap(orders[i].id, 'void', { reason: 'the guest has left' });
	for (const i of [6, 7, 8]) await tap(orders[i].id, 'bump', { station: 'make' });
	for (const i of [6, 7]) await tap(orders[i].id, 'remake', { reason: 'burned' });
	return orders;
}

test('whom a ticket could harm is whole on the glass, and so is what is to be made', async () => {
	await world('ovens', [{ id: 'deck', kind: 'deck', state: 'ok', slots: 6, band: { low: 280, high: 320 }, chambers: [{ name: 'top', celsius: 301 }], items: [], decks: [1, 2].map((deck) => ({ deck, state: 'ok' })) }]);
	await rush();
	const { tickets } = await board();
	const found = [];
	for (const viewport of [...sizes, low]) {
		for (const [view, locale] of viewport === low ? [['make', 'it-IT'], ['oven', 'it-IT']] : [['make', 'en-GB'], ['sides', 'it-IT'], ['oven', 'en-US'], ['all', 'it-IT']]) {
			const page = await tablet('/', { view, locale, ...viewport });
			await shown(page, tickets.filter((t) => view === 'all' || t.items.some((i) => i.station === view)).length);
			found.push(...(await cut(page)).map((what) => `${view} ${viewport.width} × ${viewport.height} ${what}`));
			if (process.env.LOOK) await page.screenshot({ path: `${process.env.LOOK}/rush-${view}-${viewport.height}.png` });
			await page.context().close();
		}
	}
	await world('ovens', []);
	assert.deepEqual(found, []);
});

test('what was voided says what it was, at the oven too', async () => {
	const order = await place([{ product: 'margherita', size: 'large' }]);
	await tap(order.id, 'bump', { station: 'make' });
	await tap(order.id, 'void', { reason: 'the guest has left' });
	for (const viewport of sizes) {
		const page = await tablet('/', { view: 'oven', ...viewport });
		await card(page, order).locator('.seen').waitFor();
		assert.deepEqual(await cut(page), []);
		assert.equal(await page.getByRole('button', { name: /more below/ }).count(), 0);
		await page.context().close();
	}
});

test('tickets of one pizza fill the glass', async () => {
	for (let i = 0; i < 15; i++) await place([{ product: ['margherita', 'pepperoni'][i % 2], size: 'large' }]);
	for (const [viewport, fit] of [[sizes[0], 8], [sizes[1], 15], [low, 8]]) {
		const page = await tablet('/', { view: 'make', ...viewport });
		await shown(page, 15);
		const inView = await page.locator('.sheet').first().locator('article').count();
		assert.ok(inView >= fit, `${inView} tickets at ${viewport.width}`);
		assert.deepEqual(await cut(page), []);
		const heads = await page.locator('.sheet').first().locator('.head').evaluateAll((all) => all.map((h) => h.getBoundingClientRect().height));
		assert.ok(Math.min(...heads) >= 72, `heads of ${heads} px`); // of a finger with flour on it
		if (process.env.LOOK) await page.screenshot({ path: `${process.env.LOOK}/plain-${viewport.height}.png` });
		await page.context().close();
	}
});

/** printers has a page hear of a printer that does not answer: the stream says so behind whatever it says. */
function printers() {
	const all = [{ id: 'kitchen', name: 'Kitchen printer', state: 'unreachable', on_backup: true, backup: 'counter', queue: 0 }, { id: 'counter', name: 'Counter printer', state: 'ready', on_backup: false, queue: 0 }];
	const real = globalThis.fetch;
	globalThis.fetch = async (url, init) => {
		const response = await real(url, init);
		if (!String(url).includes('/api/board/stream') || !response.body) return response;
		const transform = (chunk, out) => {
			out.enqueue(chunk);
			if (chunk.at(-1) !== 10 || chunk.at(-2) !== 10) return; // in the middle of an event
			out.enqueue(new TextEncoder().encode(`event: printers\ndata: ${JSON.stringify(all)}\n\n`));
		};
		return new Response(response.body.pipeThrough(new TransformStream({ transform })), { status: response.status, headers: response.headers });
	};
}

test('the line to the cloud is said whole, whatever else is wrong', async () => {
	for (let i = 0; i < 12; i++) await place([{ product: 'margherita', size: 'large' }]);
	const ovens = ['oven-1', 'oven-2', 'oven-3'];
	for (const device of ovens) await world('alert', { device, what: 'silent', level: 'critical' });
	const cut = [];
	for (const locale of ['en-US', 'it-IT']) {
		for (const line of [{ state: 'up' }, { state: 'down', cause: 'alone' }, { state: 'down', cause: 'internet', backlog: 17 }]) {
			await world('link', { ...line, since: new Date().toISOString() });
			const page = await tablet('/', { view: 'make', locale, ...sizes[0], init: printers });
			await page.locator('.chip.critical').waitFor();
			await until('the printer', async () => (await page.locator('.row > .chip').count()) === 3);
			const seen = await page.evaluate(() => {
				const whole = (e) => e.scrollWidth <= e.clientWidth + 1 && e.getBoundingClientRect().width > 10;
				const parts = [...document.querySelectorAll('.link .up, .link strong, .row .chip b, .row .whole, .row .critical i')];
				const over = (e) => e.scrollWidth - e.clientWidth;
				return [...parts.filter((e) => !whole(e)).map((e) => e.innerText), ...['.row', '.link'].filter((s) => over(document.querySelector(s)) > 0)];
			});
			if (process.env.LOOK) await page.screenshot({ path: `${process.env.LOOK}/row-${locale}-${line.cause ?? 'up'}.png`, clip: { x: 0, y: 0, width: 1280, height: 160 } });
			cut.push(...seen.map((what) => `${locale} ${line.cause ?? 'up'}: ${what}`));
			await page.context().close();
		}
	}
	for (const device of ovens) await world('alert', { device, what: 'silent', over: true });
	await world('link', { state: 'up', since: new Date().toISOString() });
	assert.deepEqual(cut, []);
});

/** patient has what a page says stay for as long as a slow machine needs to look at it. */
function patient() {
	const real = globalThis.setTimeout;
	globalThis.setTimeout = (what, ms, ...more) => real(what, ms === 5000 ? 600_000 : ms, ...more);
}

test('the clock stands on one line, and what takes a tap back covers no other button and no ticket', async () => {
	for (let i = 0; i < 6; i++) await place([{ product: 'margherita', size: 'large' }]);
	for (const [viewport, locale] of [[sizes[0], 'en-US'], [sizes[0], 'it-IT'], [sizes[1], 'en-GB']]) {
		const page = await tablet('/', { view: 'make', locale, ...viewport, init: patient });
		await page.locator('article').first().waitFor();
		assert.ok((await page.locator('.clock').evaluate((e) => e.getBoundingClientRect().height)) < 50);
		await page.locator('article .head').first().click();
		const undo = page.locator('.toast button');
		await undo.waitFor();
		const met = await page.evaluate(() => {
			const toast = [...document.querySelectorAll('.toast .text, .toast button')].map((e) => e.getBoundingClientRect());
			const near = (a, b) => Math.max(a.left - b.right, b.left - a.right, a.top - b.bottom, b.top - a.bottom);
			const others = [...document.querySelectorAll('.top nav button, .pages button, .tools button, article, .link > *')];
			const far = [...document.querySelectorAll('.top nav button, .pages button, .tools button, article button')];
			return [...others.filter((e) => toast.some((t) => near(t, e.getBoundingClientRect()) < 0)), ...far.filter((e) => near(toast[1], e.getBoundingClientRect()) < 11.5)].map((e) => e.getAttribute('aria-label') ?? e.innerText);
		});
		if (process.env.LOOK) await page.screenshot({ path: `${process.env.LOOK}/undo-${locale}-${viewport.width}.png`, clip: { x: 0, y: 0, width: viewport.width, height: 400 } });
		assert.deepEqual(met, [], `${locale} ${viewport.width}`);
		const box = await undo.boundingBox();
		assert.ok(box.width >= 72 && box.height >= 72, JSON.stringify(box));
		await undo.click();
		await page.context().close();
	}
});

test('no page threw an error on the way', () => assert.deepEqual(errors, []));
