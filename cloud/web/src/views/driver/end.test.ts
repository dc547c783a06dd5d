import { cleanup, render } from '@testing-library/svelte';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { words } from '../../words/driver/words.ts';
import Phone from './Phone.svelte';

const money = (minor: number) => ({ minor, currency: 'USD' });
const stop = (id: string, number: number, status: string) => ({
	order_id: id, number, restaurant_id: 'r1', status, version: 8, customer: { name: 'Ada' }, address: { street: `${number} Elm Street`, city: 'Springfield', latitude: 40.74, longitude: -73.98 },
	promise: { from: '2026-07-03T18:20:00.000Z', to: '2026-07-03T18:30:00.000Z' }, ready: null, cash_due: money(number * 100), items: 1,
});
const bag = stop('o1', 7, 'PickedUp');
const shelf = stop('o2', 8, 'DriverAssigned');
let stops: object[];
let status: string;
let said: string[]; // of the shift, to the cloud

const json = (body: unknown) => new Response(JSON.stringify(body));
function cloud(url: string, init: RequestInit): Response {
	if (url.endsWith('/status') && init.method === 'PUT') {
		status = (JSON.parse(init.body as string) as { status: string }).status;
		said.push(status);
		if (status === 'end_of_shift') stops = [bag]; // what is not fetched is somebody else's
	}
	if (url.endsWith('/offers')) return json({ offers: [], stops });
	if (url.endsWith('/bag')) return json({ currency: 'USD', bag: null });
	return url === '/api/restaurants' ? json({ restaurants: [{ id: 'r1', name: 'Main Street', latitude: 40.74, longitude: -73.98 }] }) : json({ status });
}

const settle = async (ms = 5) => vi.advanceTimersByTimeAsync(ms);
const page = () => document.body.textContent;
const sheet = () => document.querySelector('dialog');
const named = (text: string) => [...document.querySelectorAll('button')].find((b) => b.textContent.trim().startsWith(text));
async function press(text: string): Promise<void> {
	const found = named(text);
	if (!found) throw new Error(`there is no button ${text}`);
	found.click();
	await settle();
}

beforeEach(() => {
	vi.useFakeTimers({ now: Date.parse('2026-07-03T18:00:00.000Z') });
	localStorage.clear();
	localStorage.setItem('driver', JSON.stringify({ id: 'd1', secret: 's', name: 'Gina' }));
	[stops, status, said] = [[bag, shelf], 'available', []];
	vi.stubGlobal('WebSocket', undefined);
	vi.stubGlobal('fetch', async (url: string, init: RequestInit = {}) => Promise.resolve(cloud(url, init)));
	HTMLDialogElement.prototype.showModal = function (this: HTMLDialogElement) { this.open = true; };
	HTMLDialogElement.prototype.close = function (this: HTMLDialogElement) { this.open = false; };
});
afterEach(() => {
	cleanup();
	localStorage.clear();
	vi.useRealTimers();
	vi.unstubAllGlobals();
});

test('who ends the shift anyway lets go of what is not fetched, and goes on bringing what is in the bag', async () => {
	render(Phone);
	await settle();
	await press(words.end);
	const rows = [...document.querySelectorAll('dialog li')].map((li) => li.textContent.trim());
	expect(rows).toEqual([`${words.number(8)} ${words.endLeft}`, `${words.number(7)} ${words.endBag}`]);
	expect(sheet()?.textContent, 'of the cash the guests of the other one are somebody else’s').toContain('$7.00');
	await press(words.endAnyway);
	await settle(3_000);
	expect([said, sheet()]).toEqual([['end_of_shift'], null]);
	expect([page().includes('7 Elm Street'), page().includes('8 Elm Street')]).toEqual([true, false]);
	expect(page()).toContain(words.shift.end_of_shift);
	expect(named(words.verb.depart)).toBeDefined();
	expect(named(words.leave), 'who has a bag does not sign out').toBeUndefined();
});

test('where nothing is left to bring, nothing is asked any more, and the shift goes on', async () => {
	render(Phone);
	await settle();
	await press(words.end);
	stops = [];
	await settle(3_000);
	expect([sheet(), said]).toEqual([null, []]);
	stops = [bag];
	await settle(3_000);
	expect(sheet(), 'nobody asked again').toBeNull();
});

test('a shift that ended elsewhere is not begun by ending it', async () => {
	render(Phone);
	await settle();
	await press(words.end);
	const anyway = named(words.endAnyway);
	status = 'end_of_shift';
	await settle(3_000);
	expect(sheet()).toBeNull();
	anyway?.click(); // the finger was on its way
	await settle(3_000);
	expect(said).toEqual([]);
});
