/** Tone says how urgent something is. It is shown by icon and number or word, and by colour only besides. */
export type Tone = 'fresh' | 'warn' | 'late' | 'info';

/** worse is the more urgent of two tones. */
export function worse(a: Tone, b: Tone): Tone {
	const rank: Record<Tone, number> = { info: 0, fresh: 1, warn: 2, late: 3 };
	return rank[a] >= rank[b] ? a : b;
}
