import { speak } from '../pick.ts';
import { en } from './en.ts';
import { it } from './it.ts';

export const { words, locale } = speak({ en, it });
