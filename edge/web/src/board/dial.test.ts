import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Dial, recallable } from './dial.svelte.ts';
import { item, ticket } from './testing.ts';

describe('a ticket is found by its number', () => {
	let asked: string[];
	let answers: (object | undefined)[];

	beforeEach(() => {
		vi.useFakeTimers();
		asked = [];
		answers = [];
		vi.stubGlobal('fetch', (url: string) => {
			asked.push(url);
			const answer = answers.shift();
			if (!answer) return Promise.reject(new Error('cut'));
			return Promise.resolve(new Response(JSON.stringify(answer), { status: 'code' in answer ? 404 : 200 }));
		});
	});

	afterEach(() => {
		vi.useRealTimers();
		vi.unstubAllGlobals();
	});

	it('once, when its last digit was typed', async () => {
		answers = [{ tickets: [ticket(42, [item('1')])] }];
		const dial = new Dial();
		dial.type('4');
		await vi.advanceTimersByTimeAsync(100);
		dial.type('2');
		expect(dial.state).toBe('looking');
		await vi.advanceTimersByTimeAsync(300);
		expect([asked, dial.state, dial.found?.number]).toEqual([['/api/recent?number=42'], 'found', 42]);
		dial.wipe();
		expect([dial.number, dial.found]).toEqual(['4', undefined]);
		dial.end();
		expect(dial.state).toBe('empty');
		await vi.advanceTimersByTimeAsync(300);
		expect(asked.length).toBe(1);
	});

	it('not by what is no number, and by no more than four digits', () => {
		const dial = new Dial();
		dial.number = '0x1a2b345';
		expect(dial.number).toBe('1234');
	});

	it('or it says that nobody has that number, or that the node does not answer', async () => {
		answers = [{ code: 'no_such_number', title: '', status: 404 }, undefined];
		const dial = new Dial();
		dial.number = '7';
		await vi.advanceTimersByTimeAsync(300);
		expect(dial.state).toBe('none');
		dial.number = '77';
		await vi.advanceTimersByTimeAsync(300);
		expect(dial.state).toBe('lost');
	});

	it('and comes back where there is a step to take back', () => {
		const t = (state: 'queued' | 'ready' | 'handed_over' | 'voided', more: object = {}) => ticket(1, [item('1', { state: state === 'queued' ? 'queued' : 'done' })], { state, ...more });
		expect([t('queued'), t('ready'), t('handed_over'), t('handed_over', { fulfilment: 'delivery' }), t('voided'), t('ready', { voided: true })].map(recallable)).toEqual([
			false, true, true, false, false, false,
		]);
	});
});
