import { expect, test } from 'vitest';
import { reasons } from './reasons.ts';
import { en } from './en.ts';
import { it } from './it.ts';

const plan = {
	because: ['Ada is best', '4 min away', 'something new'],
	reasons: [
		{ key: 'best', n: 0, name: 'Ada' },
		{ key: 'away', n: 4, name: null },
		{ key: 'a_key_of_tomorrow', n: 0, name: null },
	],
};

test('the plan says why in the language of the page', () => {
	expect(reasons(plan, it).map((r) => r.text)).toEqual(['Ada è la scelta migliore', 'a 4 min da qui', 'something new']);
	expect(reasons(plan, en).map((r) => r.foreign)).toEqual([false, false, true]);
});

test('a cloud that knows no keys says it in English', () => {
	expect(reasons({ because: ['Ada is best'] }, it)).toEqual([{ text: 'Ada is best', foreign: true }]);
	expect(reasons({ because: ['odd'], reasons: [{ key: 'toString', n: 0, name: null }] }, it)[0]?.text).toBe('odd');
});

test('each sentence says its number or its name', () => {
	for (const words of [en, it])
		for (const say of Object.values(words)) expect(typeof say === 'string' || /7|Ada/.test(say(7, 'Ada', 9))).toBe(true);
});
