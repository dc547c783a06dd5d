import type { Problem } from './wire.ts';

/** Refusal is an answer of the server that says no, with its problem document. */
export class Refusal extends Error {
	constructor(readonly problem: Problem) {
		super(problem.detail ?? problem.title);
	}
}

/** Unreached: the server did not answer at all. */
export class Unreached extends Error {}

/** call sends JSON and returns the JSON answer. It throws Refusal or Unreached, nothing else. */
export async function call<T>(
	url: string,
	init: { method?: string; body?: unknown; headers?: Record<string, string>; signal?: AbortSignal } = {},
): Promise<T> {
	let response: Response;
	try {
		response = await fetch(url, {
			method: init.method ?? (init.body === undefined ? 'GET' : 'POST'),
			headers: { Accept: 'application/json', ...(init.body === undefined ? {} : { 'Content-Type': 'application/json' }), ...init.headers },
			signal: init.signal ?? AbortSignal.timeout(8_000),
			cache: 'no-store',
			...(init.body === undefined ? {} : { body: JSON.stringify(init.body) }),
		});
	} catch {
		throw new Unreached(`${url} cannot be reached`);
	}
	const answer: unknown = await response.json().catch(() => undefined);
	if (response.ok) return answer as T;
	const known = typeof answer === 'object' && answer !== null && 'code' in answer;
	throw new Refusal(known ? (answer as Problem) : { code: 'unknown', title: response.statusText || 'Refused', status: response.status });
}
