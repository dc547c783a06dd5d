import '@awesome/ui/tokens.css';
import './page.css';
import { mount } from 'svelte';
import Phone from './views/driver/Phone.svelte';

const target = document.getElementById('app');
if (target) mount(Phone, { target });
