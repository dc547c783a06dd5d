import { expect, test } from 'vitest';
import { awake } from './awake.ts';

test('a screen in view is kept awake, and again after each look away', () => {
	let asked = 0;
	const page = new EventTarget() as EventTarget & { visibilityState: string };
	page.visibilityState = 'visible';
	const waker = { request: () => (asked++, Promise.reject(new Error('battery'))) };
	awake(page as unknown as Document, waker);
	expect(asked).toBe(1);
	page.visibilityState = 'hidden';
	page.dispatchEvent(new Event('visibilitychange'));
	expect(asked).toBe(1);
	page.visibilityState = 'visible';
	page.dispatchEvent(new Event('visibilitychange'));
	expect(asked).toBe(2);
});

test('a browser without wake locks is left alone', () => {
	expect(() => awake(document, undefined)).not.toThrow();
});
