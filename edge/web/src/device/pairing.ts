/** What GET /api/pair answers. */
export interface Pairing {
	page: string;
	https?: string;
	fingerprint?: string;
}

/** readPairing asks the node how a screen comes to trust it; undefined while it does not answer. */
export async function readPairing(): Promise<Pairing | undefined> {
	try {
		const answer = await fetch('/api/pair');
		return answer.ok ? ((await answer.json()) as Pairing) : undefined;
	} catch {
		return undefined;
	}
}

/** inPairs breaks a fingerprint into lines that a person can compare: eight pairs of digits each. */
export function inPairs(fingerprint: string): string[] {
	const pairs = fingerprint.split(':');
	return Array.from({ length: Math.ceil(pairs.length / 8) }, (_, n) => pairs.slice(n * 8, n * 8 + 8).join(' '));
}
