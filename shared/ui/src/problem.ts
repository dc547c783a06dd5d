import type { Problem } from './wire.ts';

/** Refusal is an answer of the server that says no, with its problem document. */
export class Refusal extends Error {
	constructor(readonly problem: Problem) {
		super(problem.detail ?? problem.title);
	}
}

/** Unreached: the server did not answer at all, or not to the end. */
export class Unreached extends Error {}

export interface Sending {
	method?: string;
	body?: unknown;
	headers?: Record<string, string>;
	signal?: AbortSignal;
	timeout?: number; // ms after which no answer comes any more; 8000
}

/** patience is for how many ms a hand waits for an answer before the same is asked again. */
export const patience = 2_500;

/** call sends JSON and returns the JSON answer. It throws Refusal or Unreached, nothing else. */
export async function call<T>(url: string, init: Sending = {}): Promise<T> {
	const end = new AbortController();
	const give = () => end.abort();
	const timer = setTimeout(give, init.timeout ?? 8_000);
	init.signal?.addEventListener('abort', give, { once: true });
	if (init.signal?.aborted) give();
	let response: Response;
	let text: string;
	try {
		response = await fetch(url, {
			method: init.method ?? (init.body === undefined ? 'GET' : 'POST'),
			headers: { Accept: 'application/json', ...(init.body === undefined ? {} : { 'Content-Type': 'application/json' }), ...init.headers },
			signal: end.signal,
			cache: 'no-store',
			...(init.body === undefined ? {} : { body: JSON.stringify(init.body) }),
		});
		text = await response.text();
	} catch {
		throw new Unreached(`${url} cannot be reached`);
	} finally {
		clearTimeout(timer);
		init.signal?.removeEventListener('abort', give);
	}
	const answer = parsed(text);
	if (response.ok) return answer as T;
	const known = typeof answer === 'object' && answer !== null && 'code' in answer;
	throw new Refusal(known ? (answer as Problem) : { code: 'unknown', title: response.statusText || 'Refused', status: response.status });
}

/** insist is call for what the server does once however often it is asked: when no answer comes within patience it asks the same again, once. */
export async function insist<T>(url: string, init: Sending = {}): Promise<T> {
	const soon = { timeout: patience, ...init };
	try {
		return await call<T>(url, soon);
	} catch (err) {
		if (!(err instanceof Unreached) || init.signal?.aborted) throw err;
		return call<T>(url, soon);
	}
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text) as unknown;
	} catch {
		return undefined;
	}
}
