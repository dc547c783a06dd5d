import { en, type HouseWords } from './house.en.ts';
import { it } from './house.it.ts';
import { words } from './words.ts';

/** house are the texts of the shift, in the language of this page. */
export const house: HouseWords = words.language === 'it' ? it : en;
