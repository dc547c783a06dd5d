// State that is replaced and never changed in place: what reads a map can trust that it stays as it was.

/** withEntry is the map and one entry more, or another in its place. */
export function withEntry<K, V>(map: ReadonlyMap<K, V>, key: K, value: V): ReadonlyMap<K, V> {
	return new Map(map).set(key, value);
}

/** without is the map and one entry less. */
export function without<K, V>(map: ReadonlyMap<K, V>, key: K): ReadonlyMap<K, V> {
	const out = new Map(map);
	out.delete(key);
	return out;
}

/** byKey is a list as a map. */
export function byKey<T>(list: readonly T[], key: (t: T) => string): ReadonlyMap<string, T> {
	return new Map(list.map((t) => [key(t), t]));
}

/** none is a map with nothing in it. */
export function none<K, V>(): ReadonlyMap<K, V> {
	return new Map();
}
