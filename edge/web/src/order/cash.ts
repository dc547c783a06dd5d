/** tender is the notes and larger coins that guests pay with, in minor units; what a country has not listed is taken to have a hundredth. */
const tenders: Record<string, readonly number[]> = {
	USD: [100, 500, 1000, 2000, 5000, 10000],
	EUR: [100, 200, 500, 1000, 2000, 5000, 10000],
	GBP: [100, 200, 500, 1000, 2000, 5000],
	CHF: [100, 200, 500, 1000, 2000, 5000, 10000],
};

const other: readonly number[] = [100, 500, 1000, 2000, 5000, 10000];

export function tender(currency: string): readonly number[] {
	return tenders[currency] ?? other;
}

const smaller: Record<string, readonly number[]> = {
	USD: [1, 5, 10, 25],
	EUR: [1, 2, 5, 10, 20, 50],
	GBP: [1, 2, 5, 10, 20, 50],
	CHF: [5, 10, 20, 50],
};

/** drawer is every piece of money that a drawer is counted in, largest first. */
export function drawer(currency: string): readonly number[] {
	return [...(smaller[currency] ?? smaller['EUR'] ?? []), ...tender(currency)].sort((a, b) => b - a);
}

/** most is what nobody hands over a counter: more is a slip of the finger. */
export const mostGiven = 1_000_000;

/** Due is what is left to give, or to give back; one of the two is zero. */
export interface Due {
	missing: number;
	change: number;
}

export function due(total: number, given: number): Due {
	return { missing: Math.max(0, total - given), change: Math.max(0, given - total) };
}

/** pieces is the change in as few pieces as there are, largest first; what no note covers is left as coins. */
export function pieces(change: number, currency: string): { minor: number; count: number }[] {
	let left = change;
	const out: { minor: number; count: number }[] = [];
	for (const minor of [...tender(currency)].reverse()) {
		const count = Math.floor(left / minor);
		if (count > 0) out.push({ minor, count });
		left -= count * minor;
	}
	return left > 0 ? [...out, { minor: left, count: 1 }] : out;
}
