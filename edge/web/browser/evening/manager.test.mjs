// A shift manager's evening at the display in the kitchen, with the internet cut and a power cut in the middle.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { card, edge, errors, photograph, place, tablet, until, violations, world } from '../stage.mjs';

const found = [];
const get = async (path) => (await fetch(edge + path)).json();
const sizes = { '1920x1080': { width: 1920, height: 1080 }, '1280x800': { width: 1280, height: 800 } };

const open = async (page, tab) => {
	if ((await page.getByRole('dialog', { name: 'Shift' }).count()) === 0) await page.getByRole('button', { name: 'Shift' }).click();
	await page.getByRole('dialog', { name: 'Shift' }).getByRole('button', { name: tab, exact: true }).click();
};

let page;

test('Dora takes mushrooms off for an hour; the node asks who she is, and from then on knows', async () => {
	page = await tablet('/', { view: 'all' });
	await place([{ product: 'margherita', size: 'small', toppings: [{ topping: 'mushrooms', amount: 'extra' }] }]);
	await open(page, '86');
	await page.getByText('All of the menu can be had.').waitFor();
	await page.getByRole('searchbox').fill('mushr');
	await page.getByRole('button', { name: 'Mushrooms', exact: true }).click();
	await page.getByRole('button', { name: 'not good enough' }).click();
	await page.getByRole('button', { name: '1 hour' }).click();
	const pad = page.getByRole('dialog', { name: 'Sign in' });
	await pad.getByText('To take something off the menu it takes a person of the counter.').waitFor();
	await page.keyboard.type('4444');
	await page.keyboard.press('Enter');
	await pad.waitFor({ state: 'detached' });
	await page.getByText(/not good enough · until \d\d:\d\d/).waitFor();
	await page.locator('.who').getByText('Dora').waitFor();
	const { off } = await get('/api/86');
	assert.deepEqual([off[0].id, off[0].owner, off[0].reason], ['mushrooms', 'dora', 'not good enough']);
	const left = Date.parse(off[0].until) - Date.now();
	assert.ok(left > 3_500_000 && left <= 3_600_000, `it ends in ${left} ms`);

	await page.getByRole('button', { name: 'Products' }).click();
	await page.getByRole('searchbox').fill('tiram');
	await page.getByRole('button', { name: /Tiramis/ }).click();
	await page.getByRole('button', { name: /^Until tomorrow/ }).click();
	await until('tiramisu to be off', async () => (await get('/api/86')).off.find((o) => o.id === 'tiramisu'));
	await page.getByText(/86: 2/).waitFor();
});

test('the power fails: what is off stays off, and Dora is still signed in', async () => {
	await world('kill');
	await page.getByRole('alert').filter({ hasText: 'Node lost' }).waitFor();
	await page.getByRole('button', { name: 'Back on the menu: Mushrooms' }).click();
	await page.getByText('Not done: the node does not answer. Try again.').waitFor();
	await world('start');
	await page.getByRole('alert').filter({ hasText: 'Node lost' }).waitFor({ state: 'detached', timeout: 20_000 });
	await page.getByRole('button', { name: 'Back on the menu: Mushrooms' }).click();
	await until('mushrooms to be back', async () => (await get('/api/86')).off.length === 1);
	assert.equal(await page.getByRole('dialog', { name: 'Sign in' }).count(), 0, 'the power cut signed her out');
	await page.getByRole('button', { name: 'Back on the menu: Tiramisù' }).or(page.getByRole('button', { name: /Back on the menu: Tiramis/ })).first().click();
	await page.getByText('All of the menu can be had.').waitFor();
});

test('she pauses web orders with a reason, and takes them again', async () => {
	await open(page, 'Web orders');
	await page.getByText(/The kitchen has room/).waitFor();
	await page.getByRole('button', { name: 'a machine is broken' }).click();
	await page.getByRole('button', { name: '30 min' }).click();
	await page.getByText(/a machine is broken · .*until \d\d:\d\d/).waitFor();
	const intake = await get('/api/intake');
	assert.equal(intake.paused, true);
	assert.equal(intake.reason, 'a machine is broken');
	await page.getByRole('button', { name: 'Take web orders again' }).click();
	await page.getByText('Web orders are taken').waitFor();
});

test('a screen that is gone is called by its name, and can be put away', async () => {
	const sides = await tablet('/', { view: 'sides' });
	await sides.evaluate(() => localStorage.setItem('awesome.name', 'Cold table'));
	await sides.reload();
	await until('the screen', async () => (await get('/api/screens')).screens.some((s) => s.name === 'Cold table' && s.here && s.rendered_seq > 0), 15_000);
	await sides.close(); // without a word
	await open(page, 'Screens');
	const row = page.locator('.line').filter({ hasText: 'Cold table' });
	await until('the screen to be gone', async () => {
		await open(page, 'Screens');
		await open(page, 'People');
		await open(page, 'Screens');
		return (await row.getByText(/gone for/).count()) === 1;
	}, 15_000);
	await row.getByRole('button', { name: 'Put away: Cold table' }).click();
	await row.waitFor({ state: 'detached' });
});

test('each of her pages can be used by everybody, in both themes', async () => {
	for (const theme of ['dark', 'light']) {
		for (const [size, viewport] of Object.entries(sizes)) {
			const p = await tablet('/', { view: 'all', theme, ...viewport });
			for (const tab of ['People', '86', 'Web orders', 'Printers', 'Screens']) {
				await open(p, tab);
				await p.waitForTimeout(200);
				found.push(...(await violations(p, `${theme} ${size} ${tab}`)));
				await photograph(p, `display-shift-${tab.toLowerCase().replace(' ', '-')}-${theme}-${size}`);
			}
			await open(p, '86');
			await p.getByRole('button', { name: 'Anchovies', exact: true }).click();
			found.push(...(await violations(p, `${theme} ${size} how long`)));
			await photograph(p, `display-shift-how-long-${theme}-${size}`);
			await open(p, 'People');
			await p.getByRole('button', { name: 'Sign in', exact: true }).click();
			await p.getByRole('dialog', { name: 'Sign in' }).waitFor();
			found.push(...(await violations(p, `${theme} ${size} pad`)));
			await photograph(p, `display-pad-${theme}-${size}`);
			await p.context().close();
		}
	}
});

test('in Italian, by keys alone', async () => {
	const p = await tablet('/', { view: 'make', locale: 'it-IT' });
	const order = await place([{ product: 'marinara', size: 'small' }]);
	await card(p, order).waitFor();
	await p.keyboard.press('p');
	await p.getByRole('dialog', { name: 'Turno' }).waitFor();
	for (let i = 0; i < 12 && (await p.evaluate(() => document.activeElement.innerText)) !== 'Entra'; i++) await p.keyboard.press('ArrowDown');
	await p.keyboard.press('Enter');
	await p.getByRole('dialog', { name: 'Entra' }).waitFor();
	await p.keyboard.type('3333');
	await p.keyboard.press('Enter');
	await p.locator('.who').getByText('Clara').waitFor();
	await p.keyboard.press('Escape');
	await p.getByRole('dialog').waitFor({ state: 'detached' });
	await p.context().close();
});

test('she leaves: nobody is signed in at the screen any more', async () => {
	await open(page, 'People');
	await page.getByRole('button', { name: 'Sign out', exact: true }).click();
	await page.getByText('Nobody is signed in here.').waitFor();
	assert.equal(await page.locator('.who').count(), 0);
	await page.context().close();
});

test('who guesses PINs has to wait, and is told so; cooking goes on', async () => {
	const p = await tablet('/', { view: 'make', width: 1280, height: 800 });
	await p.keyboard.press('p');
	await p.getByRole('button', { name: 'Sign in', exact: true }).click();
	const pad = p.getByRole('dialog', { name: 'Sign in' });
	await pad.waitFor();
	for (let i = 0; i < 15 && (await pad.getByText('Too many wrong PINs').count()) === 0; i++) {
		await p.keyboard.type(String(5000 + i));
		await p.keyboard.press('Enter');
		await pad.getByText(/nobody’s PIN|Too many wrong PINs/).waitFor();
		await p.waitForTimeout(100);
	}
	await pad.getByText(/Too many wrong PINs: wait \d+ s\. Cooking goes on without\./).waitFor();
	assert.ok(await pad.getByRole('button', { name: '5', exact: true }).isDisabled());
	found.push(...(await violations(p, 'locked')));
	await p.keyboard.press('Escape');
	await p.keyboard.press('Escape');
	await p.getByRole('dialog').waitFor({ state: 'detached' });
	const order = await place([{ product: 'parma', size: 'small' }]);
	await card(p, order).locator('.head').click();
	await p.getByText(`${order.number} bumped`).waitFor();
	await p.context().close();
});

test('axe found nothing, and no page threw an error', () => assert.deepEqual([found, errors], [[], []]));
