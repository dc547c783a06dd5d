import '@awesome/ui/tokens.css';
import { mount } from 'svelte';
import { awake } from './device/awake.ts';
import { offline } from './device/offline.ts';
import Guests from './views/Guests.svelte';

const target = document.getElementById('app');
if (target) mount(Guests, { target });
offline();
awake();
