import { call, Refusal, type Problem, type SessionState, type Word } from '@awesome/ui';

/** Who is asked for a PIN: whoever wants to do something, a shift manager who gives their word for it, or one cook. */
export type Way = 'sign_in' | 'word' | 'cook';

/** Asked is what the pad is open for. */
export interface Asked {
	ways: readonly Way[]; // what would help, the likeliest first
	problem?: Problem; // why it is open; none: somebody wants to sign in
	name?: string; // the cook whose PIN it shall be
	reason?: string; // what was said already
	give: (way: Way, pin: string, reason: string) => Promise<void>; // throws what the node said against it
	giveUp: () => void;
}

/** Worker is a cook as a page knows them. */
interface Worker {
	id: string;
	name: string;
}

/** More is what may go along with something that has a level. */
export interface More {
	override?: Word;
}

/** Guard sends something, and asks for a person when the node says that it takes one. */
export type Guard = <T>(send: (more: More) => Promise<T>, about?: { reason?: string | undefined; ways?: readonly Way[] }) => Promise<T>;

/** Backed: somebody was asked for a PIN and thought better of it. What they wanted is refused as it was. */
export class Backed extends Refusal {}

/** Desk is who is signed in at this screen. */
export class Desk {
	#session = $state.raw<SessionState | undefined>();
	#asked = $state.raw<Asked | undefined>();
	#seen = 0; // whoever signed in or out since a look was begun is not in its answer
	readonly headers: Record<string, string>;

	constructor(screen: string) {
		this.headers = { 'X-Screen': screen };
	}

	/** session is undefined until the node has said. */
	get session(): SessionState | undefined {
		return this.#session;
	}

	/** asked: the pad is open. */
	get asked(): Asked | undefined {
		return this.#asked;
	}

	/** look asks the node who is signed in. */
	async look(): Promise<void> {
		const turn = ++this.#seen;
		try {
			const session = await call<SessionState>('/api/session', { headers: this.headers });
			if (turn === this.#seen) this.#session = session;
		} catch {
			// the strip says that the node is lost, and who was signed in still is
		}
	}

	/** over: the session has ended by itself. */
	over(now: number): boolean {
		const { signed_in: in_, expires } = this.#session ?? {};
		return in_ === true && expires !== undefined && Date.parse(expires) <= now;
	}

	/** signIn opens the pad for whoever it is. */
	signIn(): void {
		this.#open({ ways: ['sign_in'], give: (_, pin) => this.#begin(pin), giveUp: () => undefined });
	}

	async signOut(): Promise<void> {
		await call('/api/session', { method: 'DELETE', headers: this.headers });
		this.#session = { signed_in: false, pins: this.#session?.pins ?? 'required', may: [] }; // whether or not the node can be asked what is left
		await this.look();
	}

	/** work puts a cook to work; one who has a PIN is asked for it. */
	work(cook: Worker): Promise<void> {
		return this.#turn(cook, 'sign-in', ['cook']);
	}

	/** rest sends a cook home: they say so with their PIN, or a shift manager gives their word. */
	rest(cook: Worker): Promise<void> {
		return this.#turn(cook, 'sign-out', ['cook', 'word']);
	}

	async #turn(cook: Worker, way: 'sign-in' | 'sign-out', ways: readonly Way[]): Promise<void> {
		const send = (body: More & { pin?: string } = {}) => call(`/api/cooks/${encodeURIComponent(cook.id)}/${way}`, { body, headers: this.headers });
		try {
			await send();
		} catch (err) {
			if (!(err instanceof Refusal) || !forPerson(err.problem)) throw err;
			await new Promise<void>((done) => {
				const give = async (how: Way, pin: string, reason: string) => {
					await send(how === 'word' ? { override: { pin, reason } } : { pin });
					done();
				};
				this.#open({ ways, name: cook.name, give, giveUp: done });
			});
		}
	}

	/** guarded: see Guard. What is given up is refused, as it was. */
	readonly guarded: Guard = async (send, about = {}) => {
		try {
			return await send({});
		} catch (err) {
			if (!(err instanceof Refusal) || !forPerson(err.problem)) throw err;
			void this.look(); // it may have been over
			return new Promise((resolve, reject) => {
				const again = async (more: More) => {
					try {
						resolve(await send(more));
					} catch (next) {
						if (next instanceof Refusal && (forPerson(next.problem) || ofPIN(next.problem))) throw next;
						reject(next instanceof Error ? next : new Error(String(next))); // it has nothing to do with people
					}
				};
				const signed = async (pin: string) => {
					await this.#begin(pin);
					await again({});
				};
				const ways = about.ways ?? (err.problem.code === 'role_needed' ? (['word', 'sign_in'] as const) : (['sign_in', 'word'] as const));
				this.#open({
					ways, problem: err.problem, ...(about.reason ? { reason: about.reason } : {}),
					give: (way, pin, reason) => (way === 'word' ? again({ override: { pin, reason } }) : signed(pin)),
					giveUp: () => reject(new Backed(err.problem)),
				});
			});
		}
	};

	/** giveUp closes the pad. */
	giveUp(): void {
		const asked = this.#asked;
		this.#asked = undefined;
		asked?.giveUp();
	}

	#open(asked: Asked): void {
		this.giveUp();
		const open: Asked = {
			...asked,
			give: async (way, pin, reason) => {
				await asked.give(way, pin, reason);
				if (this.#asked === open) this.#asked = undefined;
			},
		};
		this.#asked = open;
	}

	async #begin(pin: string): Promise<void> {
		const session = await call<SessionState>('/api/session', { body: { pin }, headers: this.headers });
		this.#seen++;
		this.#session = session;
	}
}

/** forPerson: somebody has to sign in, or somebody else has to. */
function forPerson(p: Problem): boolean {
	return p.code === 'sign_in_needed' || p.code === 'role_needed' || p.code === 'pin_needed';
}

/** ofPIN: it was about the PIN itself. */
function ofPIN(p: Problem): boolean {
	return p.code === 'wrong_pin' || p.code === 'pin_locked' || p.code === 'invalid_pin' || p.path === 'override.reason';
}
