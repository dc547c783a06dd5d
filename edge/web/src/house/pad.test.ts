import { Refusal, Unreached } from '@awesome/ui';
import { cleanup, fireEvent, render, screen as page } from '@testing-library/svelte';
import { tick } from 'svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Asked } from './desk.svelte.ts';
import { Desk } from './desk.svelte.ts';
import Pad from './Pad.svelte';

describe('a pad', () => {
	let given: string[];
	let answer: () => Promise<void>;
	let desk: Desk;

	beforeEach(() => {
		vi.useFakeTimers();
		HTMLDialogElement.prototype.showModal = function () {
			this.open = true;
		};
		HTMLDialogElement.prototype.close = function () {
			this.open = false;
		};
		given = [];
		answer = () => Promise.resolve();
		desk = new Desk('s');
	});

	afterEach(() => {
		cleanup();
		vi.useRealTimers();
	});

	function open(more: Partial<Asked> = {}): void {
		const asked: Asked = { ways: ['sign_in', 'word'], giveUp: () => undefined, ...more, give: (way, pin, reason) => (given.push(`${way} ${pin} ${reason}`), answer()) };
		render(Pad, { desk, asked });
	}

	const press = async (...names: string[]) => {
		for (const name of names) await fireEvent.click(page.getByRole('button', { name }));
	};
	const type = async (...keys: string[]) => {
		for (const key of keys) await fireEvent.keyDown(document.body, { key });
	};
	const settled = async () => {
		await vi.advanceTimersByTimeAsync(0);
		await tick();
	};

	it('takes touches and keys, and nothing that is no PIN', async () => {
		open();
		await press('1', '2', '3');
		expect(page.getByRole('button', { name: 'Enter' }).hasAttribute('disabled')).toBe(true);
		await type('x', '4', '5', 'Backspace', 'Enter');
		await settled();
		expect(given).toEqual(['sign_in 1234 ']);
		await type('1', '2', '3', '4', '5', '6', '7', '8', '9', 'Enter');
		await settled();
		expect(given[1]).toBe('sign_in 12345678 ');
	});

	it('asks for a reason before it takes a word', async () => {
		open();
		await press('Just this once');
		await type('4', '4', '4', '4', 'Enter');
		expect(given).toEqual([]);
		expect(page.getByRole('alert').textContent).toBe('Choose a reason first.');
		await press('our mistake', 'Enter');
		await settled();
		expect(given).toEqual(['word 4444 our mistake']);
	});

	it('is closed to everybody while the node wants to wait, and says for how long', async () => {
		open();
		answer = () => Promise.reject(new Refusal({ code: 'pin_locked', title: '', status: 429, retry_after: 3 }));
		await type('1', '2', '3', '4', 'Enter');
		await settled();
		expect(page.getByRole('alert').textContent).toMatch(/wait 3 s/);
		await type('1', '2', '3', '4', 'Enter');
		expect(given.length).toBe(1);
		await vi.advanceTimersByTimeAsync(3500);
		await type('1', '2', '3', '4', 'Enter');
		expect(given.length).toBe(2);
	});

	it('forgets the PIN when the node does not answer, and says so', async () => {
		open();
		answer = () => Promise.reject(new Unreached('gone'));
		await type('1', '2', '3', '4', 'Enter');
		await settled();
		expect(page.getByRole('alert').textContent).toMatch(/the node does not answer/);
		expect((page.getByLabelText('PIN') as HTMLInputElement).value).toBe('');
	});

	it('closes when nobody touches it: tickets lie under it', async () => {
		const gone = vi.spyOn(desk, 'giveUp');
		open();
		await vi.advanceTimersByTimeAsync(40_000);
		await type('1');
		await vi.advanceTimersByTimeAsync(40_000);
		expect(gone).not.toHaveBeenCalled();
		await vi.advanceTimersByTimeAsync(6_000);
		expect(gone).toHaveBeenCalled();
	});

	it('minds no clock that is set', async () => {
		const gone = vi.spyOn(desk, 'giveUp');
		open();
		vi.setSystemTime(Date.now() + 3_600_000);
		await vi.advanceTimersByTimeAsync(1_000);
		expect(gone).not.toHaveBeenCalled();
		vi.setSystemTime(Date.now() - 7_200_000);
		await vi.advanceTimersByTimeAsync(46_000);
		expect(gone).toHaveBeenCalled();
	});

	it('asks a cook for their own PIN, and a shift manager for a word instead', async () => {
		open({ ways: ['cook', 'word'], name: 'Ada' });
		answer = () => Promise.reject(new Refusal({ code: 'pin_needed', title: '', status: 403 }));
		expect(page.getByRole('dialog', { name: 'PIN of Ada' })).toBeTruthy();
		await type('3', '3', '3', '3', 'Enter');
		await settled();
		expect(page.getByRole('alert').textContent).toBe('That is nobody’s PIN. Try again.');
		await press('Just this once', 'our mistake');
		await type('4', '4', '4', '4', 'Enter');
		await settled();
		expect(given).toEqual(['cook 3333 ', 'word 4444 our mistake']);
	});
});
