/** What a key does. The same on a keyboard and on a bump bar, which is one. */
export type Command =
	| { do: 'focus'; cell: number }
	| { do: 'move'; by: 'left' | 'right' | 'up' | 'down' }
	| { do: 'bump' | 'item' | 'start' | 'recall_last' | 'recall_list' | 'undo' | 'all_day' | 'more' | 'close' };

const fixed: Record<string, Command> = {
	Enter: { do: 'bump' },
	' ': { do: 'item' },
	s: { do: 'start' },
	Backspace: { do: 'recall_last' },
	r: { do: 'recall_list' },
	u: { do: 'undo' },
	a: { do: 'all_day' },
	m: { do: 'more' },
	Escape: { do: 'close' },
	ArrowLeft: { do: 'move', by: 'left' },
	ArrowRight: { do: 'move', by: 'right' },
	ArrowUp: { do: 'move', by: 'up' },
	ArrowDown: { do: 'move', by: 'down' },
};

/** command reads a key; one held down together with Ctrl, Alt or Meta is the browser's. */
export function command(e: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'altKey' | 'metaKey' | 'repeat'>): Command | undefined {
	if (e.ctrlKey || e.altKey || e.metaKey) return undefined;
	if (/^[0-9]$/.test(e.key)) return { do: 'focus', cell: (Number(e.key) + 9) % 10 };
	const found = fixed[e.key] ?? fixed[e.key.toLowerCase()];
	return e.repeat && found?.do !== 'move' ? undefined : found; // a finger that rests on Enter bumps one ticket
}
