/**
 * Queue keeps what waits to be sent over reloads and hours without signal, each thing under a name of its own in the browser's localStorage, and
 * not in its database: a tap that is shown as done must be kept before the page can be taken away, and a write into IndexedDB is only begun then.
 * Pictures, which are too large for this, are in the vault. Two tabs never write the same name, so neither takes away what the other has kept; and
 * things are small, so that a browser which is full loses none that it has.
 */
export class Queue<T extends { id: string }> {
	#prefix: string;
	#names = new Map<string, string>(); // by id
	#unkept = new Map<string, { name: string; thing: T }>(); // that the browser did not take: as long as the page lives
	#last = 0;

	constructor(
		private readonly name: string,
		private readonly storage: () => Storage = () => localStorage,
	) {
		this.#prefix = `${name}.`;
		this.#adopt();
	}

	/** read is all there is, oldest first, of other tabs too. */
	read(): T[] {
		const all = new Map([...this.#unkept.values()].map((u) => [u.name, u.thing] as const));
		this.#names.clear();
		try {
			const storage = this.storage();
			for (let i = 0; i < storage.length; i++) {
				const name = storage.key(i);
				if (!name || !this.#has(name)) continue;
				const thing = parsed<T>(storage.getItem(name));
				if (thing) all.set(name, thing);
			}
		} catch {
			// nothing is kept here
		}
		const sorted = [...all].sort(([x], [y]) => (x < y ? -1 : 1));
		for (const [name, thing] of sorted) {
			this.#names.set(thing.id, name);
			this.#last = Math.max(this.#last, Number(name.slice(this.#prefix.length).split('.')[0]) || 0);
		}
		return sorted.map(([, thing]) => thing);
	}

	/** add puts something behind all others, also when the phone's clock has been set back. */
	add(thing: T): void {
		this.#last = Math.max(Date.now(), this.#last + 1);
		const name = `${this.#prefix}${String(this.#last).padStart(15, '0')}.${thing.id}`;
		this.#names.set(thing.id, name);
		try {
			this.storage().setItem(name, JSON.stringify(thing));
		} catch {
			this.#unkept.set(thing.id, { name, thing });
		}
	}

	remove(id: string): void {
		this.#unkept.delete(id);
		const name = this.#names.get(id);
		this.#names.delete(id);
		if (name === undefined) return;
		try {
			this.storage().removeItem(name);
		} catch {
			return;
		}
	}

	/** follow calls back when another tab has added or removed something. */
	follow(changed: () => void): () => void {
		const hear = (e: StorageEvent) => {
			if (e.key === null || this.#has(e.key)) changed();
		};
		addEventListener('storage', hear);
		return () => removeEventListener('storage', hear);
	}

	/** has reports whether a name is of a thing in here, and not in a queue whose name goes on with a point, as driver a.b's does after a's. */
	#has(name: string): boolean {
		return name.startsWith(this.#prefix) && /^\d{15}\.[^.]+$/.test(name.slice(this.#prefix.length));
	}

	/** adopt takes over what an older page has kept, all under one name. */
	#adopt(): void {
		try {
			const old = parsed<T[]>(this.storage().getItem(this.name));
			if (!Array.isArray(old)) return;
			this.read();
			for (const thing of old) if (!this.#names.has(thing.id)) this.add(thing);
			if (this.#unkept.size === 0) this.storage().removeItem(this.name);
		} catch {
			return;
		}
	}
}

function parsed<T>(text: string | null): T | undefined {
	try {
		return text === null ? undefined : (JSON.parse(text) as T);
	} catch {
		return undefined;
	}
}

/** alone does something unless another tab of this browser is doing it; it reports whether it was done. Where browsers cannot say, it is done. */
export async function alone(what: string, task: () => Promise<void>): Promise<boolean> {
	const locks = typeof navigator === 'undefined' ? undefined : (navigator as { locks?: LockManager }).locks;
	if (!locks) {
		await task();
		return true;
	}
	return locks.request(what, { ifAvailable: true }, async (lock) => {
		if (lock) await task();
		return lock !== null;
	});
}
