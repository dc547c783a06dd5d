import { call, insist, Refusal, uuid } from '@awesome/ui';
import { Backed, Desk as House, type More } from '../house/desk.svelte.ts';
import { desk as words } from '../words/desk.ts';

interface Sending {
	method?: 'POST' | 'PUT' | 'DELETE';
	/** the key goes into the body as well, under this name, where a route wants it there */
	key?: 'tap';
	/** for how many ms an answer is waited for, where the node itself asks somebody: it is not sent twice meanwhile */
	patience?: number;
}

/** said is a refusal in this page's words. */
export const said = (err: unknown, gone = words.noAnswer): string => (err instanceof Refusal ? words.problem(err.problem.code, err.message) : gone);

/** Desk is the counter towards the node: who is signed in, whose word is asked for, and what was said last. What is sent twice is done once. */
export class Desk extends House {
	#trouble = $state('');
	#note = $state('');
	#busy = $state(0);
	#keys = new Map<string, string>();

	/** trouble is why the last thing was not done, note what was. */
	get trouble(): string {
		return this.#trouble;
	}

	get note(): string {
		return this.#note;
	}

	get busy(): boolean {
		return this.#busy > 0;
	}

	hush(): void {
		this.#trouble = this.#note = '';
	}

	/** say says what happened without anybody asking for it. */
	say(note: string): void {
		this.hush();
		this.#note = note;
	}

	/** complain says what is in the way, though the node has done what it was asked. */
	complain(trouble: string): void {
		this.hush();
		this.#trouble = trouble;
	}

	/** run does something that a person asked for and says how that went; undefined: it was not done. */
	async run<T>(work: () => Promise<T>, note?: (done: T) => string): Promise<T | undefined> {
		this.hush();
		this.#busy++;
		try {
			const done = await work();
			this.#note = note?.(done) ?? '';
			return done;
		} catch (err) {
			if (!(err instanceof Backed)) this.#trouble = said(err);
			return undefined;
		} finally {
			this.#busy--;
		}
	}

	/** peek reads something, quietly: it throws when nobody who may is signed in. */
	peek<T>(url: string): Promise<T> {
		return call<T>(url, { headers: this.headers });
	}

	/** read reads something, and asks for a PIN if it takes one. */
	read<T>(url: string): Promise<T> {
		return this.guarded(() => this.peek<T>(url), { ways: ['sign_in'] });
	}

	/** send changes something. The same again, because no answer came, has the same key: the node does it once. */
	async send<T>(url: string, body: Record<string, unknown> | undefined, how: Sending = {}): Promise<T> {
		const what = `${how.method ?? 'POST'} ${url} ${JSON.stringify(body)}`;
		const key = this.#keys.get(what) ?? uuid();
		this.#keys.set(what, key);
		const reason = typeof body?.['reason'] === 'string' ? body['reason'] : undefined;
		try {
			const done = await this.guarded((more) => this.#once<T>(url, body, how, key, more), { reason });
			this.#keys.delete(what);
			return done;
		} catch (err) {
			if (err instanceof Refusal && err.problem.status < 500) this.#keys.delete(what); // behind a 5xx it may have been done
			throw err;
		}
	}

	#once<T>(url: string, body: Record<string, unknown> | undefined, how: Sending, key: string, more: More): Promise<T> {
		const whole = body || more.override ? { ...body, ...(body && how.key ? { [how.key]: key } : {}), ...more } : undefined;
		const init = { method: how.method ?? 'POST', body: whole, headers: { ...this.headers, 'Idempotency-Key': key } };
		if (how.patience !== undefined) return call<T>(url, { ...init, timeout: how.patience });
		const ask = how.method === 'DELETE' ? call : insist; // done twice, there is nothing left to take away
		return ask<T>(url, init);
	}
}
