// What the display says of everything that is not a ticket, with the line to the cloud up.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { card, clear, edge, errors, photograph, place, post, tablet, until, violations } from './stage.mjs';

beforeEach(async () => {
	await clear();
	await fetch(`${edge}/api/86/topping/mushrooms`, { method: 'DELETE' });
});

const found = [];
const screens = async () => (await (await fetch(`${edge}/api/screens`)).json()).screens;

test('the status row says calmly why web orders are paused and what is off, and that a screen is lost, by its name', async () => {
	for (let i = 0; i < 9; i++) await place([{ product: 'marinara', size: 'small' }, { product: 'cola' }]);
	const lost = await tablet('/', { view: 'sides', init: "localStorage.setItem('awesome.name', 'Cold table')" });
	await until('the screen', async () => (await screens()).some((s) => s.name === 'Cold table' && s.here));
	await lost.close(); // without a word, while colas wait
	await post('/api/intake/pause', { minutes: 30, reason: 'a machine is broken', who: 'Dora' });
	await post('/api/86', { request: crypto.randomUUID(), kind: 'topping', id: 'mushrooms', reason: 'sold out', minutes: 60 });
	for (const locale of ['en-GB', 'it-IT']) {
		for (const [size, viewport] of Object.entries({ '1920x1080': { width: 1920, height: 1080 }, '1280x800': { width: 1280, height: 800 } })) {
			const page = await tablet('/', { view: 'make', locale, ...viewport });
			await page.getByText(locale === 'it-IT' ? 'Ordini web sospesi' : 'Web orders paused').waitFor();
			await page.locator('.chip').getByText('Cold table').waitFor({ timeout: 40_000 });
			await page.getByText('86: 1').waitFor();
			const over = await page.evaluate(() => [...document.querySelectorAll('.top button, .clock')].filter((e) => e.getBoundingClientRect().right > innerWidth || e.scrollWidth > e.clientWidth + 1).map((e) => e.innerText));
			assert.deepEqual(over, [], `${locale} ${size}: the row at the top does not fit`);
			found.push(...(await violations(page, `${locale} ${size}`)));
			await photograph(page, `display-paused-${locale.slice(0, 2)}-${size}`);
			await page.context().close();
		}
	}
	await post('/api/intake/resume', {});
	await fetch(`${edge}/api/86/topping/mushrooms`, { method: 'DELETE' });
	for (const s of await screens()) await fetch(`${edge}/api/screens/${s.id}`, { method: 'DELETE' });
});

test('the panel of a ticket names what of it is off, and goes on to 86 with one touch', async () => {
	const order = await place([{ product: 'margherita', size: 'small', toppings: [{ topping: 'mushrooms', amount: 'extra' }] }]);
	await post('/api/86', { request: crypto.randomUUID(), kind: 'topping', id: 'mushrooms', reason: 'sold out' });
	const page = await tablet('/', { view: 'make', theme: 'light' });
	await card(page, order).getByRole('button', { name: /^More/ }).click();
	await page.getByText('Off the menu, of this order').waitFor();
	found.push(...(await violations(page, 'more')));
	await page.getByRole('button', { name: /Take something off/ }).click();
	await page.getByRole('button', { name: 'Back on the menu: Mushrooms' }).click();
	await page.getByText('All of the menu can be had.').waitFor();
	await page.context().close();
});

test('no two targets of a panel are so close that one finger hits both, and none is small', async () => {
	for (const viewport of [{ width: 1920, height: 1080 }, { width: 1280, height: 800 }]) {
		const page = await tablet('/', { view: 'make', ...viewport });
		await page.keyboard.press('p');
		const dialog = page.getByRole('dialog', { name: 'Shift' });
		for (const tab of ['People', '86', 'Web orders', 'Printers', 'Screens']) {
			await dialog.getByRole('button', { name: tab, exact: true }).click();
			await page.waitForTimeout(150);
			const wrong = await dialog.evaluate((d) => {
				const all = [...d.querySelectorAll('button:not(:disabled), input')].map((b) => ({ name: b.getAttribute('aria-label') ?? b.innerText, box: b.getBoundingClientRect() }));
				const small = all.filter(({ box }) => box.width < 72 || box.height < 72).map(({ name, box }) => `${name} is ${box.width}×${box.height}`);
				const close = all.flatMap((a, i) =>
					all.slice(i + 1).flatMap((b) => {
						const dx = Math.max(a.box.left - b.box.right, b.box.left - a.box.right);
						const dy = Math.max(a.box.top - b.box.bottom, b.box.top - a.box.bottom);
						return Math.max(dx, dy) < 11.5 ? [`${a.name} – ${b.name}: ${dx} ${dy}`] : [];
					}),
				);
				return [...small, ...close];
			});
			assert.deepEqual(wrong, [], tab);
		}
		await page.context().close();
	}
});

test('axe found nothing, and no page threw an error', () => assert.deepEqual([found, errors], [[], []]));
