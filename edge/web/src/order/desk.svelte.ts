import { call, Refusal, uuid } from '@awesome/ui';
import { desk as words } from '../words/desk.ts';
import type { Session } from './shapes.ts';

/** Override is a shift manager's word for one thing that somebody else may not do. */
export interface Override {
	pin: string;
	reason: string;
}

/** Question is what a dialog asks for, because the node would not do something without it; wrong says what was wrong with the last answer. */
export interface Question {
	kind: 'sign_in' | 'override';
	why: string;
	wrong: string;
	/** reason is what somebody has said already */
	reason: string;
	answer: (given: Override | 'signed in' | undefined) => void;
}

/** Backed: somebody was asked for a PIN and thought better of it. */
export class Backed extends Error {}

interface Sending {
	method?: 'POST' | 'PUT' | 'DELETE';
	/** the key goes into the body as well, under this name, where a route wants it there */
	key?: 'tap';
}

/** said is a refusal in this page's words. */
export const said = (err: unknown, gone = words.noAnswer): string => (err instanceof Refusal ? words.problem(err.problem.code, err.message) : gone);

/** Desk is this screen towards the node: who is signed in, whose word is asked for, and what was said last. What is sent twice is done once. */
export class Desk {
	#session = $state.raw<Session | undefined>();
	#question = $state.raw<Question | undefined>();
	#trouble = $state('');
	#note = $state('');
	#busy = $state(0);
	#keys = new Map<string, string>();
	readonly #screen: string;

	constructor(screen: string) {
		this.#screen = screen;
	}

	get session(): Session | undefined {
		return this.#session;
	}

	get question(): Question | undefined {
		return this.#question;
	}

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

	async look(): Promise<void> {
		try {
			this.#session = await call<Session>('/api/session');
		} catch {
			return; // the strip at the top says that the node is gone
		}
	}

	/** signIn throws what the node has against the PIN. */
	async signIn(pin: string): Promise<void> {
		this.#session = await call<Session>('/api/session', { body: { pin }, headers: this.#headers() });
	}

	/** askIn opens the dialog for whoever wants to sign in. */
	async askIn(): Promise<void> {
		await this.#ask('sign_in', '', '', '');
	}

	async signOut(): Promise<void> {
		await call('/api/session', { method: 'DELETE', headers: this.#headers() });
		await this.look();
	}

	/** peek reads something, quietly: it throws when nobody who may is signed in. */
	peek<T>(url: string): Promise<T> {
		return call<T>(url, { headers: this.#headers() });
	}

	/** read reads something, and asks for a PIN if it takes one. */
	read<T>(url: string): Promise<T> {
		return this.#through(() => this.peek<T>(url), undefined);
	}

	/** send changes something. The same again, because no answer came, has the same key: the node does it once. */
	async send<T>(url: string, body: Record<string, unknown> | undefined, how: Sending = {}): Promise<T> {
		const what = `${how.method ?? 'POST'} ${url} ${JSON.stringify(body)}`;
		const key = this.#keys.get(what) ?? uuid();
		this.#keys.set(what, key);
		try {
			const done = await this.#through((override) => this.#once<T>(url, body, how, key, override), body);
			this.#keys.delete(what);
			return done;
		} catch (err) {
			if (err instanceof Refusal || err instanceof Backed) this.#keys.delete(what);
			throw err;
		}
	}

	#once<T>(url: string, body: Record<string, unknown> | undefined, how: Sending, key: string, override: Override | undefined): Promise<T> {
		const whole = body && { ...body, ...(how.key ? { [how.key]: key } : {}), ...(override ? { override } : {}) };
		return call<T>(url, { method: how.method ?? 'POST', body: whole, headers: { ...this.#headers(), 'Idempotency-Key': key } });
	}

	/** through tries until the node lets it pass, or whoever is asked for a PIN gives up. */
	async #through<T>(attempt: (override: Override | undefined) => Promise<T>, body: Record<string, unknown> | undefined): Promise<T> {
		let override: Override | undefined;
		let why = '';
		let reason = typeof body?.['reason'] === 'string' ? body['reason'] : '';
		for (;;) {
			try {
				return await attempt(override);
			} catch (err) {
				if (!(err instanceof Refusal)) throw err;
				const { code, status } = err.problem;
				const wrong = override !== undefined && ([401, 403, 429].includes(status) || code === 'invalid_pin');
				if (code !== 'sign_in_needed' && !wrong && !(code === 'role_needed' && body)) throw err;
				const kind = code === 'sign_in_needed' ? 'sign_in' : 'override';
				if (!wrong) why = said(err);
				const given = await this.#ask(kind, why, wrong ? said(err) : '', reason);
				if (!given) throw new Backed();
				override = given === 'signed in' ? undefined : given;
				reason = override?.reason ?? reason;
			}
		}
	}

	#ask(kind: Question['kind'], why: string, wrong: string, reason: string): Promise<Override | 'signed in' | undefined> {
		return new Promise((done) => {
			this.#question = {
				kind,
				why,
				wrong,
				reason,
				answer: (given) => {
					this.#question = undefined;
					done(given);
				},
			};
		});
	}

	#headers(): Record<string, string> {
		return { 'X-Screen': this.#screen };
	}
}
