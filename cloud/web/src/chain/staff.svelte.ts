import { call, Refusal } from '@awesome/ui';
import { Shelf } from '../shelf.ts';

/** Staff is who sits at this screen: a token, asked for when the cloud wants one, forgotten with the browser's tab. */
export class Staff {
	#token = $state('');
	#asked = $state(false);
	#wrong = $state(false);
	#shelf = new Shelf<string>('staff.token', () => sessionStorage);

	constructor() {
		this.#token = this.#shelf.read() ?? '';
	}

	/** asked: the cloud wants a token before it says anything. */
	get asked(): boolean {
		return this.#asked;
	}

	/** wrong: the token that was given is not the right one. */
	get wrong(): boolean {
		return this.#wrong;
	}

	get token(): string {
		return this.#token;
	}

	get headers(): Record<string, string> {
		return this.#token === '' ? {} : { Authorization: `Bearer ${this.#token}` };
	}

	enter(token: string): void {
		this.#token = token.trim();
		this.#shelf.write(this.#token);
		this.#asked = false;
		this.#wrong = false;
	}

	leave(): void {
		this.#token = '';
		this.#shelf.clear();
		this.#asked = true;
		this.#wrong = false;
	}

	/**
	 * refused takes note of an answer: 401, and 403 with the code forbidden, mean that a token is wanted. Other 403s are of what was asked.
	 * A stream tells no code, and answers 403 for no other reason.
	 */
	refused(status: number, code = 'forbidden'): void {
		if (status !== 401 && (status !== 403 || code !== 'forbidden')) return;
		this.#wrong = this.#token !== '';
		if (this.#wrong) this.#shelf.clear(); // of another chain, or replaced: the page begins anew without it
		this.#asked = true;
	}

	/** call asks the cloud as this person. A refusal that comes when there is another token says nothing of that one. */
	async call<T>(url: string, init: Parameters<typeof call>[1] = {}): Promise<T> {
		const token = this.#token;
		try {
			return await call<T>(url, { ...init, headers: { ...init.headers, ...this.headers } });
		} catch (err) {
			if (err instanceof Refusal && token === this.#token) this.refused(err.problem.status, err.problem.code);
			throw err;
		}
	}
}
