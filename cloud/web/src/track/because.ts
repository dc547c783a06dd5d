import type { PromiseWords } from '../words/promise/en.ts';

/** What is said of a promise, in the words of the page; undefined: it plays no part. docs/promise.json has every sentence. */
const sayings: [RegExp, (n: number, words: PromiseWords) => string | undefined][] = [
	[/^(\d+) orders ahead$/, (n, w) => (n > 0 ? w.ahead(n) : undefined)],
	[/^make (\d+) min$/, (n, w) => w.make(n)],
	[/^oven (\d+) min$/, (n, w) => w.oven(n)],
	[/^deliveries wait (\d+) min for a driver$/, (n, w) => w.driver(n)],
	[/^drive (\d+) min$/, (n, w) => w.drive(n)],
	[/^the kitchen was last heard of (\d+) min ago$/, (n, w) => w.stale(n)],
	[/^a large order$/, (_, w) => w.large],
	[/^the restaurant cannot be reached at the moment$/, (_, w) => w.unreached],
	[/^scheduled$/, (_, w) => w.scheduled],
	[/ is (out of order|cold|heating up|not heard of|too hot|too cold)$/, (_, w) => w.unwell],
];

/** Said is one sentence; foreign: it is not in the language of the page. */
export interface Said {
	text: string;
	foreign: boolean;
}

/** inWords says why a promise is as it is in the words of the page. A promise is a fact that is kept as the kitchen gave it, in English; a sentence that the page does not know stays so, and says so to who reads it aloud. */
export function inWords(because: readonly string[], words: PromiseWords): Said[] {
	const said = new Map<string, Said>(); // two ovens that are not well are said once
	for (const english of because) {
		const text = translated(english, words);
		if (text !== undefined) said.set(text, { text, foreign: text === english && !sayings.some(([shape]) => shape.test(english)) });
	}
	return [...said.values()];
}

function translated(english: string, words: PromiseWords): string | undefined {
	for (const [shape, say] of sayings) {
		const found = shape.exec(english);
		if (found) return say(Number(found[1] ?? 0), words);
	}
	return english;
}
