import { describe, expect, it } from 'vitest';
import { dayOf, days, hours, moments, promised, when } from './later.ts';

describe('an order for later', () => {
	const evening = new Date(2026, 6, 3, 18, 20).getTime();
	const clock = (at: Date | undefined) => at && `${at.getHours()}:${String(at.getMinutes()).padStart(2, '0')}`;

	it('is for a quarter of an hour from now at the soonest, at a quarter of an hour', () => {
		const today = moments(0, evening);
		expect([clock(today[0]), clock(today.at(-1))]).toEqual(['18:45', '23:45']);
		expect(hours(today)).toEqual([18, 19, 20, 21, 22, 23]);
	});

	it('is for seven days from now at the latest', () => {
		expect(days(evening)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
		expect(clock(moments(7, evening).at(-1))).toBe('18:15');
		expect(moments(8, evening)).toEqual([]);
	});

	it('is not for today when today is nearly over', () => {
		const night = new Date(2026, 6, 3, 23, 40).getTime();
		expect(days(night)[0]).toBe(1);
		expect(clock(moments(1, night)[0])).toBe('0:00');
	});

	it('never is for an hour that the clocks leave out, nor twice for one', () => {
		for (const month of [2, 9]) {
			for (let date = 22; date <= 31; date++) {
				const all = moments(0, new Date(2026, month, date, 0, 0).getTime()).map((at) => at.getTime());
				expect(new Set(all).size).toBe(all.length);
				expect(all.every((at) => new Date(at).getMinutes() % 15 === 0)).toBe(true);
			}
		}
	});

	it('is said as short as it can be: a day only when it is not today, a date only when it is as far as the same day of the week', () => {
		const at = (days: number) => new Date(2026, 6, 3 + days, 19, 30).getTime();
		expect(when(at(0), evening, 'en')).toMatch(/^(19:30|0?7:30.PM)$/);
		expect(when(new Date(at(1)).toISOString(), evening, 'en')).toMatch(/^Sat /);
		expect(when(at(7), evening, 'en')).toMatch(/^Fri,? .*10/);
		expect([dayOf(at(0), evening), dayOf(at(1), evening), dayOf(new Date(2026, 6, 4, 0, 5).getTime(), new Date(2026, 6, 3, 23, 55).getTime())]).toEqual([0, 1, 1]);
	});

	it('is promised with its day where that is the next morning, and without for the rest of this night', () => {
		const at = (day: number, hour: number, minute = 0) => new Date(2026, 6, 3 + day, hour, minute).toISOString();
		const said = (from: string, to: string, now = evening) => promised(from, to, now, 'en').map((text) => /[a-z]{3}/i.exec(text.replace(/[AP]M/, ''))?.[0] ?? '');
		expect(said(at(0, 19), at(0, 19, 20))).toEqual(['', '']);
		expect(said(at(1, 4, 8), at(1, 4, 28))).toEqual(['Sat', '']);
		expect(said(at(0, 23, 50), at(1, 0, 10))).toEqual(['', '']);
		expect(said(at(1, 0, 10), at(1, 0, 30), new Date(2026, 6, 3, 23, 40).getTime())).toEqual(['', '']);
		expect(said(at(1, 23, 50), at(2, 0, 10))).toEqual(['Sat', 'Sun']);
	});
});
