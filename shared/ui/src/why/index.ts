export { en as whyEnglish, type WhyWords } from './en.ts';
export { it as whyItalian } from './it.ts';
export { reasons, type Explained } from './reasons.ts';
