import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Desk } from './desk.svelte.ts';

describe('what takes a person', () => {
	let asked: { url: string; method: string; body: Record<string, unknown> }[];
	let answers: (object | undefined)[];
	let desk: Desk;

	const no = (code: string, more: object = {}) => ({ code, title: code, status: 403, ...more });

	beforeEach(() => {
		asked = [];
		answers = [];
		desk = new Desk('left-of-the-oven');
		vi.stubGlobal('fetch', (url: string, init: RequestInit) => {
			if (url === '/api/session' && init.method === 'GET') return Promise.resolve(new Response('{"signed_in":false,"pins":"required","may":[]}'));
			asked.push({ url, method: init.method ?? '', body: JSON.parse((init.body as string | undefined) ?? '{}') as Record<string, unknown> });
			const answer = answers.shift() ?? {};
			return Promise.resolve(new Response(JSON.stringify(answer), { status: 'code' in answer ? 403 : 200 }));
		});
	});

	afterEach(() => vi.unstubAllGlobals());

	const send = () => desk.guarded((more) => fetch('/api/x', { method: 'POST', body: JSON.stringify(more) }).then(async (r) => {
		const answer = (await r.json()) as { code?: string };
		if (answer.code) throw new (await import('@awesome/ui')).Refusal({ title: '', status: r.status, ...answer, code: answer.code });
		return answer;
	}), { reason: 'twice' });

	it('needs nobody when the node asks for nobody', async () => {
		answers = [{ done: true }];
		await expect(send()).resolves.toEqual({ done: true });
		expect(desk.asked).toBeUndefined();
	});

	it('is done as soon as somebody who may has signed in', async () => {
		answers = [no('sign_in_needed'), { signed_in: true, name: 'Dora', may: [] }, { done: true }];
		const done = send();
		await vi.waitFor(() => expect(desk.asked?.ways).toEqual(['sign_in', 'word']));
		await desk.asked?.give('sign_in', '4444', '');
		await expect(done).resolves.toEqual({ done: true });
		expect(desk.asked).toBeUndefined();
		expect(asked.map((a) => a.url)).toEqual(['/api/x', '/api/session', '/api/x']);
	});

	it('is done by a word that goes along with it, and signs nobody in', async () => {
		answers = [no('role_needed', { action: 'void' }), { done: true }];
		const done = send();
		await vi.waitFor(() => expect(desk.asked?.reason).toBe('twice'));
		await desk.asked?.give('word', '4444', 'twice');
		await expect(done).resolves.toEqual({ done: true });
		expect(asked[1]?.body).toEqual({ override: { pin: '4444', reason: 'twice' } });
	});

	it('keeps asking after a wrong PIN', async () => {
		answers = [no('sign_in_needed'), no('wrong_pin'), { done: true }];
		const done = send();
		await vi.waitFor(() => expect(desk.asked).toBeDefined());
		await expect(desk.asked?.give('word', '1234', 'twice')).rejects.toMatchObject({ problem: { code: 'wrong_pin' } });
		expect(desk.asked).toBeDefined();
		await desk.asked?.give('word', '4444', 'twice');
		await expect(done).resolves.toEqual({ done: true });
	});

	it('is refused as it was when whoever asked gives up, or asks for something else meanwhile', async () => {
		answers = [no('sign_in_needed'), no('role_needed')];
		const first = send();
		await vi.waitFor(() => expect(desk.asked).toBeDefined());
		const second = send();
		await expect(first).rejects.toMatchObject({ problem: { code: 'sign_in_needed' } });
		await vi.waitFor(() => expect(desk.asked?.problem?.code).toBe('role_needed'));
		desk.giveUp();
		await expect(second).rejects.toMatchObject({ problem: { code: 'role_needed' } });
		expect(desk.asked).toBeUndefined();
	});

	it('what is refused for another reason closes the pad and says so', async () => {
		answers = [no('sign_in_needed'), no('illegal_step')];
		const done = send();
		const said = expect(done).rejects.toMatchObject({ problem: { code: 'illegal_step' } });
		await vi.waitFor(() => expect(desk.asked).toBeDefined());
		await desk.asked?.give('word', '4444', 'twice');
		await said;
		expect(desk.asked).toBeUndefined();
	});

	const ada = { id: 'ada', name: 'Ada' };

	it('who finishes work at somebody else’s screen is asked for their PIN', async () => {
		answers = [no('pin_needed'), no('wrong_pin'), { cooks: [] }];
		const done = desk.rest(ada);
		await vi.waitFor(() => expect(desk.asked?.ways).toEqual(['cook', 'word']));
		expect(desk.asked?.name).toBe('Ada');
		await expect(desk.asked?.give('cook', '9999', '')).rejects.toMatchObject({ problem: { code: 'wrong_pin' } });
		await desk.asked?.give('cook', '1111', '');
		await done;
		expect(asked.map((a) => [a.url, a.body])).toEqual([
			['/api/cooks/ada/sign-out', {}], ['/api/cooks/ada/sign-out', { pin: '9999' }], ['/api/cooks/ada/sign-out', { pin: '1111' }],
		]);
		expect(desk.asked).toBeUndefined();
	});

	it('a shift manager’s word sends a cook home, and signs nobody in', async () => {
		answers = [no('pin_needed'), no('role_needed'), { cooks: [] }];
		const done = desk.rest(ada);
		await vi.waitFor(() => expect(desk.asked).toBeDefined());
		await expect(desk.asked?.give('word', '3333', 'our mistake')).rejects.toMatchObject({ problem: { code: 'role_needed' } });
		await desk.asked?.give('word', '4444', 'our mistake');
		await done;
		expect(asked.map((a) => a.url)).toEqual(Array(3).fill('/api/cooks/ada/sign-out'));
		expect(asked[2]?.body).toEqual({ override: { pin: '4444', reason: 'our mistake' } });
	});

	it('a cook whom nobody asks for a PIN goes home at once', async () => {
		answers = [{ cooks: [] }];
		await desk.rest(ada);
		expect(desk.asked).toBeUndefined();
	});
});

describe('who is signed in', () => {
	let waits: ((r: Response) => void)[];
	let desk: Desk;
	const state = (more: object) => new Response(JSON.stringify({ pins: 'required', may: [], ...more }));

	beforeEach(() => {
		waits = [];
		desk = new Desk('left-of-the-oven');
		vi.stubGlobal('fetch', () => new Promise<Response>((done) => waits.push(done)));
	});

	afterEach(() => vi.unstubAllGlobals());

	it('is not who was before, though the answer comes later', async () => {
		const look = desk.look();
		desk.signIn();
		const given = desk.asked?.give('sign_in', '4444', '');
		waits[1]?.(state({ signed_in: true, name: 'Dora' }));
		await given;
		waits[0]?.(state({ signed_in: false }));
		await look;
		expect(desk.session?.name).toBe('Dora');
	});

	it('is nobody once somebody has signed out, though the node can be asked no more', async () => {
		const look = desk.look();
		waits[0]?.(state({ signed_in: true, name: 'Dora', may: ['void'] }));
		await look;
		const out = desk.signOut();
		waits[1]?.(new Response('{}'));
		await vi.waitFor(() => expect(waits).toHaveLength(3));
		waits[2]?.(new Response('gone', { status: 502 }));
		await out;
		expect(desk.session).toEqual({ signed_in: false, pins: 'required', may: [] });
	});
});
