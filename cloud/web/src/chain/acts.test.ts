import { afterEach, expect, test, vi } from 'vitest';
import { Log } from './acts.svelte.ts';
import { everything, queryOf, type Act } from './acts.ts';
import { Staff } from './staff.svelte.ts';

const act = (n: number): Act => ({
	n, at: '2026-07-03T18:00:00.000Z', who: { role: 'staff', id: '', restaurant_id: '' }, what: 'assign_driver', on: { kind: 'order', id: 'o1', label: '42', restaurant_id: 'r1' },
	outcome: 'done', code: '', changes: [{ field: 'driver', from: '', to: 'd1' }], request_id: 'q',
});

/** cloud answers one page after the other, and writes down what it is asked; a number is a refusal with that status. */
function cloud(...pages: (number | { acts: Act[]; next: string | null })[]): string[] {
	const asked: string[] = [];
	vi.stubGlobal('fetch', (url: string) => {
		asked.push(url);
		const page = pages.shift();
		if (typeof page === 'number') return Promise.resolve(new Response(JSON.stringify({ code: 'no', title: 'No', status: page, detail: 'the database is away' }), { status: page }));
		return Promise.resolve(new Response(JSON.stringify({ kept_days: 400, ...page })));
	});
	return asked;
}

afterEach(() => vi.unstubAllGlobals());

test('a day is shown whole, from midnight to midnight of who looks', () => {
	const q = queryOf({ ...everything, from: '2026-07-03', to: '2026-07-04', on: ' 42 ', who: 'driver' });
	expect(Date.parse(q.get('to') ?? '') - Date.parse(q.get('from') ?? '')).toBe(2 * 24 * 3_600_000);
	expect(new Date(q.get('from') ?? '').getHours()).toBe(0);
	expect([q.get('on'), q.get('who'), q.has('what')]).toEqual(['42', 'driver', false]);
	expect(queryOf(everything).toString()).toBe('');
});

test('older lines come behind the newer ones, and a new filter begins anew', async () => {
	const asked = cloud({ acts: [act(9), act(8)], next: 'a8' }, { acts: [act(7)], next: null }, { acts: [act(9)], next: null });
	const log = new Log(new Staff());
	await log.show(everything);
	expect([log.lines.length, log.more, log.keptDays]).toEqual([2, true, 400]);
	await log.back();
	expect([log.lines.map((l) => l.n), log.more]).toEqual([[9, 8, 7], false]);
	await log.show({ ...everything, what: 'enroll' });
	expect(log.lines.map((l) => l.n)).toEqual([9]);
	expect(asked[1]).toContain('after=a8');
	expect(asked[2]).toContain('what=enroll');
	expect(log.report).toBe('/api/hq/acts/report?what=enroll');
});

test('what is shown stays when the cloud does not answer, and the page says why', async () => {
	cloud({ acts: [act(9)], next: null }, 503);
	const log = new Log(new Staff());
	await log.show(everything);
	await log.show(everything);
	expect([log.lines.length, log.refusal, log.busy]).toEqual([1, 'the database is away', false]);
});
