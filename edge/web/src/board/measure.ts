/** Type is how a text is set: its size in pixels, its weight. */
export interface Type {
	size: number;
	bold?: boolean;
}

let pen: OffscreenCanvasRenderingContext2D | null | undefined;
let family = '';
const known = new Map<string, number>();

/** wide is how many pixels a text takes on one line. Where nothing can be drawn it is what such texts take at most. */
export function wide(text: string, type: Type): number {
	if (pen === undefined) {
		pen = typeof OffscreenCanvas === 'undefined' ? null : new OffscreenCanvas(1, 1).getContext('2d');
		family = getComputedStyle(document.documentElement).fontFamily || 'sans-serif';
	}
	const key = `${type.size}${type.bold ? 'b' : ''}${text}`;
	let px = known.get(key);
	if (px === undefined) {
		if (pen) pen.font = `${type.bold ? 800 : 500} ${type.size}px ${family}`;
		px = pen ? pen.measureText(text).width : text.length * type.size * 0.58;
		if (known.size > 5000) known.clear();
		known.set(key, px);
	}
	return px;
}

/** lines is how many lines a text takes that breaks at spaces and soft hyphens, and its longest piece that does not break. It begins so far in. */
export function lines(text: string, px: number, type: Type, indent = 0): { lines: number; piece: number } {
	let count = 1;
	let at = indent;
	let piece = 0;
	for (const word of text.split(' ')) {
		const space = at > 0 ? wide(' ', type) : 0;
		const syllables = word.split('\u00AD');
		for (const [i, syllable] of syllables.entries()) {
			const hyphen = i < syllables.length - 1 ? wide('-', type) : 0;
			const needs = wide(syllable, type);
			piece = Math.max(piece, needs + hyphen);
			const before = i === 0 ? space : 0;
			if (at > 0 && at + before + needs + hyphen > px) {
				count++;
				at = 0;
			}
			at += (at > 0 ? before : 0) + needs;
			while (at > px && px > 0) {
				count++; // a piece that is wider than the line breaks anywhere
				at -= px;
			}
		}
	}
	return { lines: count, piece };
}
