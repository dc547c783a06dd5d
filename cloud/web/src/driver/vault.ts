/**
 * Vault keeps pictures over reloads until the cloud has them: they are too large for the Shelf. A browser that keeps nothing (private mode)
 * loses them with the page, and says so when they are to be sent.
 */
export interface Vault {
	put(key: string, picture: Blob): Promise<void>;
	get(key: string): Promise<Blob | undefined>;
	remove(key: string): Promise<void>;
}

const store = 'pictures';

/** indexed is a vault in the browser's own database, opened when it is first used. */
export function indexed(name = 'awesome-driver'): Vault {
	const kept = new Map<string, Blob>(); // what the database did not take
	let opened: Promise<IDBDatabase | undefined> | undefined;
	const open = () => (opened ??= database(name).catch(() => undefined));
	return {
		async put(key, picture) {
			const db = await open();
			const taken = db && (await done(db.transaction(store, 'readwrite').objectStore(store).put(picture, key)).then(() => true, () => false));
			if (!taken) kept.set(key, picture);
		},
		async get(key) {
			const db = await open();
			const found: unknown = db && (await done(db.transaction(store).objectStore(store).get(key)).catch(() => undefined));
			return found instanceof Blob ? found : kept.get(key);
		},
		async remove(key) {
			kept.delete(key);
			const db = await open();
			if (db) await done(db.transaction(store, 'readwrite').objectStore(store).delete(key)).catch(() => undefined);
		},
	};
}

function database(name: string): Promise<IDBDatabase> {
	const asked = indexedDB.open(name, 1);
	asked.onupgradeneeded = () => asked.result.createObjectStore(store);
	return done(asked);
}

function done<T>(asked: IDBRequest<T>): Promise<T> {
	return new Promise((resolve, reject) => {
		asked.onsuccess = () => resolve(asked.result);
		asked.onerror = () => reject(asked.error ?? new Error('the database refused'));
	});
}
