import { deskEnglish, type DeskWords } from './desk.en.ts';
import { deskItalian } from './desk.it.ts';
import { words } from './words.ts';

/** desk are the counter's own texts, which no other page carries. */
export const desk: DeskWords = words.language === 'it' ? deskItalian : deskEnglish;
