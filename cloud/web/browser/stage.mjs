// What the stories share: a browser, the running chain, and hands in its kitchens.
import { after, before } from 'node:test';
import { mkdir, readFile } from 'node:fs/promises';
import { chromium } from 'playwright-core';

export const cloud = process.env.CLOUD_URL;
const control = process.env.CONTROL_URL;
const kitchens = { r1: process.env.EDGE_R1, r2: process.env.EDGE_R2 };
const pages = process.env.PAGES_DIR; // a fresh build in place of the one inside the binary, for who works on the pages
const screens = new URL('../../../docs/screens/', import.meta.url).pathname;

export const phone = { width: 390, height: 844, scale: 2, touch: true };
export const desk = { width: 1440, height: 900, scale: 1, touch: false };

/** send asks once, and again when somebody else moved the order in the same moment: the stories name no version. */
async function send(url, method, body, headers, tries = 5) {
	const response = await fetch(url, {
		method,
		headers: { ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers },
		...(body === undefined ? {} : { body: JSON.stringify(body) }),
	});
	const answer = await response.json().catch(() => undefined);
	if (response.status === 412 && tries > 1) return send(url, method, body, headers, tries - 1);
	if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${JSON.stringify(answer)}`);
	return answer;
}

export const get = (path) => send(cloud + path, 'GET');
export const post = (path, body = {}, headers = {}) => send(cloud + path, 'POST', body, headers);
export const put = (path, body, headers = {}) => send(cloud + path, 'PUT', body, headers);

/** internet cuts or mends a restaurant's line, and waits until the cloud has noticed. */
export async function internet(id, up) {
	await send(`${control}/restaurants/${id}/internet`, 'POST', { up });
	const wanted = up ? 'up' : 'down';
	await until(`the line of ${id} to be ${wanted}`, async () => (await get(`/api/restaurants/${id}`)).link.state === wanted, 60_000);
}

export const kill = (name) => send(`${control}/processes/${name}/kill`, 'POST', {});
export const start = (name) => send(`${control}/processes/${name}/start`, 'POST', {});

/** tap does something in a kitchen, as a cook's finger would. */
export const tap = (restaurant, order, verb, body = {}) =>
	send(`${kitchens[restaurant]}/api/tickets/${order}/${verb}`, 'POST', { tap: crypto.randomUUID(), ...body });

export const door = { street: '12 Elm Street', city: 'Springfield' };

/** near is a place so many metres east and north of a restaurant. */
export async function near(id, east, north) {
	const r = await get(`/api/restaurants/${id}`);
	return {
		latitude: r.latitude + north / 111_320,
		longitude: r.longitude + east / (111_320 * Math.cos((r.latitude * Math.PI) / 180)),
	};
}

/** place orders as a guest's page does. */
export async function place(lines, { restaurant = 'r1', fulfilment = 'carryout', ...more } = {}) {
	return post('/api/orders', {
		restaurant_id: restaurant,
		fulfilment,
		customer: { name: 'Ada Lovelace', phone: '+12025550123' },
		...(fulfilment === 'delivery' ? { address: { ...door, ...(await near(restaurant, 900, 600)) } } : {}),
		payment: { method: 'cash' },
		lines: lines.map((l) => ({ quantity: 1, ...l })),
		...more,
	});
}

/** until waits for a condition, with a deadline. */
export async function until(what, condition, ms = 20_000) {
	const end = Date.now() + ms;
	for (;;) {
		const value = await condition();
		if (value) return value;
		if (Date.now() > end) throw new Error(`waited ${ms} ms for ${what}`);
		await new Promise((r) => setTimeout(r, 50));
	}
}

export const status = (order, wanted) => until(`${order.id} to be ${wanted}`, async () => (await get(`/api/orders/${order.id}`)).status === wanted);

const steps = ['start', 'make', 'oven', 'oven', 'cut'];

/** cook takes an order of one pizza so many steps: 1 it is being made, 2 made, 3 in the oven, 4 baked, 5 boxed. */
export async function cook(order, upTo, from = 0) {
	const names = [null, 'Preparing', 'Preparing', 'Baking', 'QualityCheck', 'ReadyForPickup'];
	if (from === 0) await status(order, 'Queued');
	for (let n = from; n < upTo; n++) {
		if (steps[n] === 'start') await tap(order.restaurant_id, order.id, 'start', { station: 'make' });
		else await tap(order.restaurant_id, order.id, 'bump', { station: steps[n] });
	}
	await until(`${order.id} to be ${names[upTo]}`, async () => {
		const now = (await get(`/api/orders/${order.id}`)).status;
		return now === names[upTo] || (upTo === 5 && now === 'DriverAssigned');
	});
}

/** clear ends what earlier stories left open at a restaurant: what is in the house is voided, what is on the road is delivered. */
export async function clear(restaurant) {
	const left = async () => (await get(`/api/restaurants/${restaurant}/orders?open=true&limit=200`)).orders;
	for (const o of await left()) {
		if (o.status === 'PickedUp' || o.status === 'OutForDelivery') {
			await post(`/api/orders/${o.id}/start-delivery`).catch(() => undefined);
			await post(`/api/orders/${o.id}/complete-delivery`);
		} else await tap(restaurant, o.id, 'void', { reason: 'another story' });
	}
	await until(`${restaurant} to be empty`, async () => (await left()).length === 0);
}

/** hold keeps a finger on a button until it has done its work. */
export async function hold(page, name) {
	const button = page.getByRole('button', { name });
	await button.scrollIntoViewIfNeeded();
	const { x, y, width, height } = await button.boundingBox();
	await page.mouse.move(x + width / 2, y + height / 2);
	await page.mouse.down();
	await page.waitForTimeout(900);
	await page.mouse.up();
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

/** open shows a page on a device of its own, which remembers nothing of the others. */
export async function open(path, { size = phone, theme = 'light', locale = 'en-US', at } = {}) {
	const context = await browser.newContext({
		viewport: { width: size.width, height: size.height },
		deviceScaleFactor: size.scale,
		hasTouch: size.touch,
		colorScheme: theme,
		reducedMotion: 'reduce',
		locale,
		timezoneId: 'America/New_York',
		...(at ? { geolocation: { ...at, accuracy: 10 }, permissions: ['geolocation'] } : {}),
	});
	if (pages) await serveFrom(context);
	const page = await context.newPage();
	page.setDefaultTimeout(15_000);
	page.on('pageerror', (e) => errors.push(String(e.stack ?? e)));
	await page.goto(path.includes(':') ? path : cloud + path);
	return page;
}

async function serveFrom(context) {
	const kinds = { html: 'text/html', js: 'text/javascript', css: 'text/css', svg: 'image/svg+xml' };
	const files = { '/': 'index.html', '/driver': 'driver.html', '/hq': 'hq.html' };
	await context.route(
		(url) => url.origin === cloud && !url.pathname.startsWith('/api/'),
		async (route) => {
			const { pathname } = new URL(route.request().url());
			const file = files[pathname] ?? (pathname.startsWith('/track/') ? 'track.html' : pathname.slice(1));
			await route.fulfill({ body: await readFile(`${pages}/${file}`), contentType: kinds[file.split('.').pop()] });
		},
	);
}

export async function photograph(page, name, whole = false) {
	await page.screenshot({ path: `${screens}${name}.png`, fullPage: whole });
}

/** fill in who orders and where to. */
export async function fillIn(page, { delivery = true } = {}) {
	await page.getByLabel('Name', { exact: true }).fill('Ada Lovelace');
	await page.getByLabel('Phone').fill('+1 (202) 555-0123');
	if (!delivery) return;
	await page.getByLabel('Street and number').fill(door.street);
	await page.getByLabel('City').fill(door.city);
	await page.getByRole('button', { name: 'Move the pin east' }).click();
}
