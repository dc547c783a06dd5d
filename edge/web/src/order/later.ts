import { timeOfDay } from '@awesome/ui';

// How far ahead an order can be scheduled: as the node has it, in edge/kitchen/later.go.
const least = 15 * 60_000;
const most = 7 * 24 * 3_600_000;
const quarter = 15;

/** moments are the quarter hours of a day at which an order can be scheduled, on this screen's wall; day counts from today. */
export function moments(day: number, now: number): Date[] {
	const from = new Date(now);
	const found: Date[] = [];
	for (let minute = 0; minute < 24 * 60; minute += quarter) {
		const at = new Date(from.getFullYear(), from.getMonth(), from.getDate() + day, 0, minute);
		const skipped = at.getHours() * 60 + at.getMinutes() !== minute; // by a clock that was put forward
		if (!skipped && at.getTime() >= now + least && at.getTime() <= now + most) found.push(at);
	}
	return found;
}

/** days are those, counted from today, on which there is still a moment. */
export function days(now: number): number[] {
	return Array.from({ length: 8 }, (_, day) => day).filter((day) => moments(day, now).length > 0);
}

/** hours are those of a day's moments, once each. */
export function hours(all: readonly Date[]): number[] {
	return [...new Set(all.map((at) => at.getHours()))];
}

/** dayOf is how many days from today a moment lies, as people count them. */
export function dayOf(at: number, now: number): number {
	const midnight = (t: number) => new Date(t).setHours(12, 0, 0, 0);
	return Math.round((midnight(at) - midnight(now)) / (24 * 3_600_000));
}

/** dayNamed is a day as people call it: the day of the week, and its date where that alone would be today's. */
export function dayNamed(at: number, now: number, language: string): string {
	const far = Math.abs(dayOf(at, now)) >= 7;
	return new Date(at).toLocaleDateString(language, { weekday: 'short', ...(far ? { day: 'numeric', month: 'short' } : {}) });
}

const near = 6 * 3_600_000; // ms: past midnight it is still this night

/** about is a moment with its day where that is another one, and not just the rest of this night. */
export function about(at: string, now: number, language: string): string {
	const moment = Date.parse(at);
	return moment - now > near ? when(moment, now, language) : timeOfDay(moment);
}

/** promised are the ends of a promise, as about says them; the day is said once. */
export function promised(from: string, to: string, now: number, language: string): [string, string] {
	const sameDay = dayOf(Date.parse(to), Date.parse(from)) === 0;
	return [about(from, now, language), sameDay ? timeOfDay(to) : about(to, now, language)];
}

/** when is a moment as short as it can be said: "19:30" today, "Sat 19:30" on another day. */
export function when(at: string | number, now: number, language: string): string {
	const moment = typeof at === 'number' ? at : Date.parse(at);
	return dayOf(moment, now) === 0 ? timeOfDay(moment) : `${dayNamed(moment, now, language)} ${timeOfDay(moment)}`;
}
