import type { PromiseWords } from '../words/promise/en.ts';
import type { Quote } from '../wire.ts';

const minutes = (seconds: number): number => Math.ceil(seconds / 60);

/** why says what made the range of a quote. A cloud that does not say it in numbers says it in its own words. */
export function why(quote: Quote, words: PromiseWords, now: number): string[] {
	const b = quote.basis;
	if (!b) return quote.promise.because ?? [];
	const all: string[] = [];
	if (b.orders_ahead > 0) all.push(words.ahead(b.orders_ahead));
	if (b.bake_s > 0) all.push(words.oven(minutes(b.bake_s)));
	if (b.reasons.length > 0) all.push(words.unwell);
	if (quote.large) all.push(words.large);
	if (b.driver_wait_s > 0) all.push(words.driver(minutes(b.driver_wait_s)));
	if (b.drive_s > 0) all.push(words.drive(minutes(b.drive_s)));
	if (b.late_s > 0) all.push(words.unreached);
	if (b.stale && b.as_of !== null) all.push(words.stale(Math.max(2, minutes((now - Date.parse(b.as_of)) / 1000))));
	return all;
}
