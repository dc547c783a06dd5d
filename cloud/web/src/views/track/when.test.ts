import { cleanup, render } from '@testing-library/svelte';
import type { ComponentProps } from 'svelte';
import { afterEach, expect, test } from 'vitest';
import { clockRange, clockTime } from '../../time.ts';
import { locale } from '../../words/track/words.ts';
import When from './When.svelte';

type Props = ComponentProps<typeof When>;
const at = (minute: number) => new Date(Date.parse('2026-07-03T18:00:00.000Z') + minute * 60_000).toISOString();
const promise = { from: at(20), to: at(30), because: ['3 orders ahead'] };
const order = (more: object = {}) => ({ status: 'OutForDelivery', fulfilment: 'delivery', promise, timeline: [], ...more }) as unknown as Props['order'];
const range = (from: number, to: number) => clockRange(at(from), at(to), locale);
const about = (minute: number) => `about ${clockTime(at(minute), locale)}`;

afterEach(() => cleanup());

/** told is what is written large, and whether it says that it is late. */
function told(now: number, more: Partial<Props> = {}): [string, boolean] {
	const { container } = render(When, { order: order(), was: undefined, expected: undefined, arrival: undefined, before: 0, silent: 0, sure: false, ...more, now: Date.parse(at(now)) });
	const said: [string, boolean] = [container.querySelector('.range')?.textContent ?? '', container.textContent.includes('Later than promised')];
	cleanup();
	return said;
}

test('a driver who is seen is any minute there when the time is over', () => {
	const seen = { sure: true, expected: at(24), arrival: { from: at(22), to: at(26) } };
	expect(told(25, seen)).toEqual([range(22, 26), false]);
	expect(told(27, seen)).toEqual(['Any minute now', false]);
	expect(told(31, seen)).toEqual(['Any minute now', true]);
});

test('nobody says any minute of a driver who is not seen', () => {
	expect(told(27, { expected: at(24), arrival: { from: at(22), to: at(26) }, silent: 90 })).toEqual(['We do not know exactly', false]);
	expect(told(27, { expected: at(24) }), 'a courier, whose place only the company knows').toEqual(['We do not know exactly', false]);
	expect(told(23, { expected: at(24) })).toEqual([about(24), false]);
});

test('a promise that is over is not shown as a time to come, whoever brings it', () => {
	expect(told(29)).toEqual([range(20, 30), false]);
	expect(told(31)).toEqual(['We do not know exactly', true]);
	expect(told(31, { order: order({ status: 'Baking' }) })).toEqual(['We do not know exactly', true]);
	expect(told(31, { order: order({ status: 'ReadyForPickup' }) })).toEqual(['We do not know exactly', true]);
});

test('where the kitchen’s own guess is over, the promise counts as long as it can be kept', () => {
	const made = { order: order({ status: 'Baking', fulfilment: 'carryout' }), expected: at(24) };
	expect([told(23, made), told(25, made), told(31, made)]).toEqual([[about(24), false], [range(20, 30), false], ['We do not know exactly', true]]);
});
