import '@awesome/ui/tokens.css';
import './page.css';
import { mount } from 'svelte';
import Office from './views/hq/Office.svelte';

const target = document.getElementById('app');
if (target) mount(Office, { target });
