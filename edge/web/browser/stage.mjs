// What the stories share: a browser, the node under test, and hands on the world around it.
import { after, before } from 'node:test';
import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

export const edge = process.env.EDGE_URL;
const control = process.env.CONTROL_URL;
const screens = new URL('../../../docs/screens/', import.meta.url).pathname;

/** world moves what is around the page: world('link', {state: 'down'}), world('stop'), … */
export async function world(what, body = {}) {
	const response = await fetch(`${control}/${what}`, { method: 'POST', body: JSON.stringify(body) });
	if (!response.ok) throw new Error(`${what}: ${await response.text()}`);
	return response.json();
}

/** post sends JSON to the node and returns the JSON answer. */
export async function post(path, body, headers = {}) {
	const response = await fetch(edge + path, {
		method: 'POST',
		headers: { 'Content-Type': 'application/json', ...headers },
		body: JSON.stringify(body),
	});
	const answer = await response.json();
	if (!response.ok) throw new Error(`${path}: ${response.status} ${JSON.stringify(answer)}`);
	return answer;
}

/** tap does something to a ticket, as another screen would: with an id of its own. */
export function tap(ticket, verb, body = {}) {
	return post(`/api/tickets/${ticket}/${verb}`, { tap: crypto.randomUUID(), ...body });
}

/** place orders at the counter: place([{product: 'hawaii', size: 'large'}], {fulfilment: 'dine_in'}). */
export function place(lines, more = {}) {
	return post('/api/orders', {
		channel: 'counter',
		fulfilment: 'carryout',
		customer: { name: 'Ada' },
		payment: { method: 'cash' },
		lines: lines.map((l) => ({ quantity: 1, ...l })),
		...more,
	});
}

export const address = { street: '1 Main St', city: 'Springfield', latitude: 40.7431, longitude: -73.9899 };

/** clear voids what is open, so that a story starts with an empty board. */
export async function clear() {
	const { tickets } = await (await fetch(`${edge}/api/board`)).json();
	for (const t of tickets) {
		if (!t.voided) await tap(t.order_id, 'void', { reason: 'another story' });
		await tap(t.order_id, 'acknowledge').catch(() => undefined); // one that nobody had seen has left already
	}
}

/** until waits for a condition, with a deadline. */
export async function until(what, condition, ms = 5000) {
	const end = Date.now() + ms;
	for (;;) {
		const value = await condition();
		if (value) return value;
		if (Date.now() > end) throw new Error(`waited ${ms} ms for ${what}`);
		await new Promise((r) => setTimeout(r, 25));
	}
}

let browser;
export const errors = [];

before(async () => {
	await mkdir(screens, { recursive: true });
	browser = await chromium.launch({
		executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
		args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
	});
});

after(async () => browser?.close());

/** tablet opens a page as a device of its own, which remembers nothing of the others. Without workers: 'allow' it has no service worker, past which no story could look at requests. */
export async function tablet(path = '/', { view, theme = 'dark', width = 1920, height = 1080, locale = 'en-GB', workers = 'block', init } = {}) {
	const context = await browser.newContext({ viewport: { width, height }, locale, timezoneId: 'Europe/Rome', serviceWorkers: workers });
	if (init) await context.addInitScript(init);
	await context.addInitScript(
		(given) => {
			if (location.protocol !== 'http:') return; // the browser's own page of a failed load remembers nothing
			for (const [key, value] of Object.entries(given)) if (localStorage.getItem(key) === null) localStorage.setItem(key, value);
		},
		{ 'awesome.theme': theme, 'awesome.sound': 'off', ...(view ? { 'awesome.view': view } : {}) },
	);
	const page = await context.newPage();
	const close = context.close.bind(context);
	context.close = async () => {
		const id = await page.evaluate(() => localStorage.getItem('awesome.device')).catch(() => undefined);
		await close();
		if (id) await fetch(`${edge}/api/screens/${id}`, { method: 'DELETE' }).catch(() => undefined); // it is put away, and nobody misses it
	};
	page.on('pageerror', (e) => errors.push(String(e)));
	await page.goto(edge + path);
	return page;
}

export const card = (page, order) => page.locator(`article[data-order="${order.id}"]`).first();

/** looked is the moment in which a hand sees what has just come or moved: before that, keys mean nothing (src/board/steady.ts). */
export const looked = (page) => page.waitForTimeout(450);

export async function photograph(page, name) {
	await page.screenshot({ path: `${screens}${name}.png` });
}

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** violations are what axe finds on a page as it is now, a line for each. */
export async function violations(page, where) {
	await page.evaluate(axe);
	const found = await page.evaluate(() =>
		globalThis.axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], rules: { region: { enabled: false } } }),
	);
	return found.violations.map((v) => `${where}: ${v.id} ${v.nodes.map((n) => `${n.target} ${n.any[0]?.message ?? ''}`).join('; ')}`);
}
