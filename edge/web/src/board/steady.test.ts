import { expect, it } from 'vitest';
import { longEnough, Steady } from './steady.ts';

it('what moved by itself is not meant before somebody can have seen where it went', () => {
	const steady = new Steady();
	steady.look('1 here', 0, false);
	expect(steady.still(0)).toBe(true); // it was there before anybody aimed
	steady.look('1 there', 1000, false);
	expect([steady.still(1000), steady.still(1000 + longEnough - 1), steady.still(1000 + longEnough)]).toEqual([false, false, true]);
	steady.look('1 there', 5000, false);
	expect(steady.still(5000)).toBe(true);
});

it('what a hand moved itself is meant at once', () => {
	const steady = new Steady();
	steady.look('1 here', 0, false);
	steady.look('1 there', 900, false);
	steady.look('2 here', 1000, true); // aimed anew
	expect(steady.still(1000)).toBe(true);
});
