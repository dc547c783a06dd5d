import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Finder } from './find.svelte.ts';
import { Staff } from './staff.svelte.ts';

let asked: string[];
let answers: Record<string, () => Response | Promise<Response>>;
const json = (body: unknown, status = 200) => () => new Response(JSON.stringify(body), { status });
const no = (status: number, detail: string) => json({ code: 'no', title: '', detail, status }, status);
const ids = (f: Finder) => f.found?.map((o) => o.id);
let finder: Finder;

beforeEach(() => {
	sessionStorage.clear();
	asked = [];
	answers = {};
	finder = new Finder(new Staff());
	vi.stubGlobal('fetch', async (url: string) => {
		asked.push(url);
		return Promise.resolve((answers[url] ?? no(404, 'there is no such order'))());
	});
});
afterEach(() => vi.unstubAllGlobals());

test('an order is found by its number with one question, however many restaurants there are', async () => {
	answers['/api/hq/orders?number=42&limit=50'] = json({ orders: [{ id: 'z' }, { id: 'x' }], more: true });
	finder.text = ' 42 ';
	expect(await finder.look()).toBeUndefined();
	expect([asked.length, ids(finder), finder.more, finder.numbered]).toEqual([1, ['z', 'x'], true, true]);
	answers['/api/hq/orders?number=42&day=2026-07-02&limit=50'] = json({ orders: [{ id: 'x' }], more: false });
	expect((await finder.on('2026-07-02'))?.id).toBe('x');
	expect(finder.day).toBe('2026-07-02');
	finder.close();
	expect([finder.shown, finder.day]).toEqual([false, '']);
});

test('an order is found by its id, or not at all', async () => {
	answers['/api/orders/01a2-b3'] = json({ id: '01a2-b3' });
	finder.text = '01a2-b3';
	expect((await finder.look())?.id).toBe('01a2-b3');
	finder.text = 'nothing';
	expect(await finder.look()).toBeUndefined();
	expect([ids(finder), finder.failed, finder.numbered]).toEqual([[], undefined, false]);
});

test('a question that failed is no answer that there is none', async () => {
	finder.text = '42';
	answers['/api/hq/orders?number=42&limit=50'] = no(503, 'the database is away');
	await finder.look();
	expect([finder.found, finder.failed, finder.busy]).toEqual([undefined, 'the database is away', false]);
	answers['/api/hq/orders?number=42&limit=50'] = async () => Promise.reject(new TypeError('no network'));
	await finder.look();
	expect([finder.found, finder.failed]).toEqual([undefined, '']);
	finder.text = 'abc';
	answers['/api/orders/abc'] = no(500, 'broken');
	await finder.look();
	expect([finder.found, finder.failed]).toEqual([undefined, 'broken']);
});

test('the answer to what was asked before, or to nobody any more, is none', async () => {
	let late: (r: Response) => void = () => undefined;
	answers['/api/hq/orders?number=42&limit=50'] = async () => new Promise((done) => (late = done));
	answers['/api/hq/orders?number=43&limit=50'] = json({ orders: [{ id: 'new' }, { id: 'newer' }], more: false });
	finder.text = '42';
	const first = finder.look();
	expect(finder.busy).toBe(true);
	finder.text = '43';
	await finder.look();
	late(json({ orders: [{ id: 'old' }], more: false })());
	expect(await first).toBeUndefined();
	expect(ids(finder)).toEqual(['new', 'newer']);
	finder.text = '42';
	const second = finder.look();
	finder.close();
	late(json({ orders: [{ id: 'old' }], more: false })());
	expect([await second, finder.shown]).toEqual([undefined, false]);
});
