import { expect, it } from 'vitest';
import { minorOf, typedOf } from './amount.ts';

it('takes amounts as people type them, and nothing else', () => {
	expect(['12.50', '12,5', '12', ' 0.05 ', '7.'].map((t) => minorOf(t, 'EUR'))).toEqual([1250, 1250, 1200, 5, 700]);
	expect(['', '-1', '1.234', '1e3', '12.5.0', '€5', '1234567'].map((t) => minorOf(t, 'EUR'))).toEqual(Array(7).fill(undefined));
	expect([minorOf('500', 'JPY'), minorOf('5.5', 'JPY')]).toEqual([500, undefined]);
});

it('writes amounts so that they can be read back', () => {
	for (const minor of [0, 5, 1250, 999_999]) expect(minorOf(typedOf(minor, 'USD'), 'USD')).toBe(minor);
});
