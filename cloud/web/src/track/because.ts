/** BecauseWords are what a promise is explained with while the order is made. */
export interface BecauseWords {
	ahead: (orders: number) => string;
	oven: (minutes: number) => string;
	driver: (minutes: number) => string;
	drive: (minutes: number) => string;
	stale: (minutes: number) => string;
	large: string;
}

const sayings: [RegExp, (n: number, words: BecauseWords) => string][] = [
	[/^(\d+) orders ahead$/, (n, w) => w.ahead(n)],
	[/^oven (\d+) min$/, (n, w) => w.oven(n)],
	[/^deliveries wait (\d+) min for a driver$/, (n, w) => w.driver(n)],
	[/^drive (\d+) min$/, (n, w) => w.drive(n)],
	[/^the kitchen was last heard of (\d+) min ago$/, (n, w) => w.stale(n)],
	[/^a large order$/, (_, w) => w.large],
];

/** inWords says why a promise is as it is in the words of the page. A promise is a fact that is kept as the kitchen gave it, in English; a sentence that the page does not know stays so, and says so to who reads it aloud. */
export function inWords(because: readonly string[], words: BecauseWords): { text: string; foreign: boolean }[] {
	return because.map((english) => {
		for (const [shape, say] of sayings) {
			const found = shape.exec(english);
			if (found) return { text: say(Number(found[1] ?? 0), words), foreign: false };
		}
		return { text: english, foreign: true };
	});
}
