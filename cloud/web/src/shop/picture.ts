/** Signs for what is not a pizza, on a field of 64 × 64. */
const pictures: Record<string, string> = {
	side: 'M8 38C8 24 20 16 32 16S56 24 56 38C56 44 52 48 46 48H18C12 48 8 44 8 38ZM20 28l6 8M30 25l6 8M40 27l6 8',
	salad: 'M6 32H58C58 46 48 54 32 54S6 46 6 32ZM14 32C12 22 20 16 26 20C28 12 40 12 42 20C50 16 54 24 50 32M26 32c0 -6 4 -8 7 -8',
	dessert: 'M14 28H50L46 54H18ZM14 28C14 16 50 16 50 28M32 18V10M20 38H44M19 46H45',
	drink: 'M18 16H46L42 56H22ZM20 30H44M34 16L40 4H48',
};

export function pictureOf(category: string): string {
	return pictures[category] ?? 'M10 40H54M14 40a18 18 0 0 1 36 0M32 22v-4M8 46H56';
}
