import pizzeria from '../../../shared/menu/pizzeria.json';
import type { Menu } from './wire.ts';

/** The menu of a real pizzeria, as the cloud serves it: tests compute with what guests buy. */
export const menu = pizzeria as unknown as Menu;
