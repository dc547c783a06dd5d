import type { Instant } from '@awesome/ui';

/** instant writes ms since 1970 as everybody does. */
export function instant(ms: number): Instant {
	return new Date(ms).toISOString();
}

/** msOf reads an instant, or leaves ms since 1970 as they are. */
export function msOf(at: Instant | number): number {
	return new Date(at).getTime();
}
