/** Shelf keeps one value in the browser over reloads. A browser that refuses to keep anything (private mode, full) is not an error. */
export class Shelf<T> {
	constructor(
		private readonly name: string,
		private readonly storage: () => Storage = () => localStorage,
	) {}

	read(): T | undefined {
		try {
			const text = this.storage().getItem(this.name);
			return text === null ? undefined : (JSON.parse(text) as T);
		} catch {
			return undefined;
		}
	}

	write(value: T): void {
		try {
			this.storage().setItem(this.name, JSON.stringify(value));
		} catch {
			return;
		}
	}

	clear(): void {
		try {
			this.storage().removeItem(this.name);
		} catch {
			return;
		}
	}
}
