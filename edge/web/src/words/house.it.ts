import type { HouseWords } from './house.en.ts';

/** Gli stessi testi, in italiano. */
export const it: HouseWords = {
	worries: 'Qualcuno deve guardare',
	sinceThen: (time: string) => `dalle ${time}`,
	sensors: 'Sonde e bilance',
	sensorState: { ok: 'come deve', too_warm: 'troppo caldo', too_cold: 'troppo freddo', silent: 'non si sente' },
	weighs: (grams: number) => `${Math.round(grams)} g`,
	title: 'Turno',
	tabs: { people: 'Persone', off: '86', intake: 'Ordini web', printers: 'Stampanti', screens: 'Schermi' },
	roles: { cook: 'cuoco', counter: 'cassa', shift_manager: 'capoturno' },
	takes: { cook: 'un cuoco', counter: 'chi sta alla cassa', shift_manager: 'un capoturno' },
	failed: (why) => `Non eseguito. ${why}`,
	lost: 'Non eseguito: il nodo non risponde. Riprova.',

	pad: {
		signIn: 'Entra', word: 'Parola del capoturno', cook: (name) => `PIN di ${name}`, way: { sign_in: 'Entra', word: 'Solo questa volta', cook: 'PIN' },
		needs: (does, who) => `Per ${does} serve ${who}.`, cannot: (name, does, who) => `${name} non può ${does}: serve ${who}.`,
		wordHint: 'Un capoturno inserisce il suo PIN e dice perché. Nessuno entra o esce.',
		hint: 'PIN di 4–8 cifre', pin: 'PIN', digits: (n) => (n === 1 ? '1 cifra' : `${n} cifre`), wipe: 'Cancella una cifra', enter: 'Invio', reason: 'Perché',
		wrong: 'Non è il PIN di nessuno. Riprova.', locked: (s) => `Troppi PIN sbagliati: aspetta ${s} s. Si cucina anche senza.`, notManager: 'Serve il PIN di un capoturno.',
		reasons: ['d’accordo col cliente', 'errore nostro', 'non c’è nessun altro'], noReason: 'Scegli prima il perché.',
	},
	does: {
		void: 'annullare un ordine', remake_finished: 'rifare ciò che era pronto', rush: 'dare la precedenza', change: 'cambiare un ordine', 86: 'togliere dal menu',
		pause: 'sospendere o riprendere gli ordini web', take_back: 'riprendere ciò che era consegnato', hand_over_unpaid: 'consegnare ciò che non è pagato',
		reprint_receipt: 'ristampare uno scontrino', unplug_screen: 'mettere via uno schermo', oven_works: 'dire che un forno funziona di nuovo',
		day_open: 'aprire la giornata', day_close: 'chiudere la giornata', see_till: 'guardare nella cassa', take_payment: 'incassare', refund: 'restituire denaro',
		discount: 'fare uno sconto', no_sale: 'aprire il cassetto senza vendita', drop: 'portare contanti in cassaforte', pay_out: 'pagare dal cassetto',
		own_driver: 'mandare un autista nostro', see_dispatch: 'vedere chi porta che cosa', assign_driver: 'decidere chi porta un ordine', find_customer: 'cercare un cliente', forget_customer: 'dimenticare un cliente', stock_count: 'contare le scorte',
		stock_waste: 'buttare scorte', stock_receipt: 'ricevere scorte', thresholds: 'fissare le soglie', read_audit: 'leggere il registro', print_test: 'stampare una pagina di prova',
	},
	somethingElse: 'farlo',
	signInNeeded: 'Qualcuno deve entrare col PIN.', pinNeeded: 'Serve il suo PIN, o un capoturno.', roleNeeded: 'Serve qualcun altro.', unpaid: 'Non è pagato: incassa il banco, o dice perché va lo stesso.',

	atScreen: 'A questo schermo', nobody: 'Qui non è entrato nessuno. Per cucinare non serve.', since: (time) => `dalle ${time}`, until: (time) => `fino alle ${time}`,
	signIn: 'Entra', signOut: 'Esci', cooks: 'Cuochi al lavoro', noCooks: 'Nessuno in elenco.', working: (n) => (n === 1 ? 'al lavoro · 1 comanda' : `al lavoro · ${n} comande`),
	work: 'Inizia', home: 'Finisci', resting: 'non al lavoro', away: 'tace da molto: non riceve comande', everywhere: 'tutte le postazioni',

	soldOut: (n) => `86: ${n}`, soldOutLong: (n) => (n === 1 ? '1 cosa è finita' : `${n} cose sono finite`), offNow: 'Fuori menu adesso', nothingOff: 'Tutto il menu è disponibile.', lift: 'Di nuovo in menu',
	because: (what) => `per via di ${what}`, ranOut: 'finito: torna quando si conta o si riceve', untilLifted: 'finché qualcuno lo rimette',
	takeOff: 'Togli dal menu', kinds: { product: 'Prodotti', topping: 'Condimenti' }, search: 'Cerca', whyOff: (what) => `${what}: perché?`, how: (what) => `${what}: fuori per quanto?`, another: 'Un’altra cosa',
	ends: { hour: '1 ora', tonight: (time) => `Fino a domani, ${time}`, lifted: 'Finché qualcuno lo rimette' }, offReasons: ['finito', 'non abbastanza buono', 'macchina guasta'], offHere: 'Fuori menu, di questo ordine',

	paused: 'Ordini web sospesi', pausedBy: { rule: 'la cucina è piena' }, taking: 'Gli ordini web si prendono', wait: (time) => `Un nuovo ordine aspetterebbe ${time} mani e forni.`,
	room: 'In cucina c’è posto: un nuovo ordine non aspetterebbe.',
	pauseFor: 'Sospendi per', minutes: (n) => `${n} min`, resume: 'Riprendi gli ordini web', pauseReasons: ['troppo da fare', 'macchina guasta', 'siamo in pochi'], why: 'Perché',
	pauseRule: 'Si è sospeso da solo: la cucina è piena. Riprende da solo.',

	printers: { ready: 'pronta', starting: 'si avvia', offline: 'non risponde', paper_out: 'senza carta', cover_open: 'coperchio aperto', fault: 'bloccata' },
	noPrinters: 'Questo ristorante non ha stampanti.', paperLow: 'carta quasi finita', waits: (n) => (n === 1 ? '1 stampa aspetta' : `${n} stampe aspettano`), on: (backup) => `stampa su ${backup}`, test: 'Prova di stampa', tested: 'Una pagina di prova è in arrivo.',
	printAgain: 'Ristampa', papers: { ticket: 'Comanda', label: 'Etichette', receipt: 'Scontrino' }, printed: (n) => `${n} si ristampa`,

	thisScreen: 'Nome di questo schermo', screenName: (view, id) => `${view} ${id}`, here: 'acceso', gone: (ago) => `assente da ${ago}`, thisOne: 'questo schermo', putAway: 'Metti via', noScreens: 'Nessuno schermo ha ancora detto il suo nome.',

	startAt: (time) => `Inizia alle ${time}`, startNow: 'Inizia ora', startWhy: 'si ritira più tardi', wanted: (time) => `per le ${time}`, plan: (start, oven, ready) => [start && `inizio ${start}`, oven && `forno ${oven}`, `pronto ${ready}`].filter(Boolean).join(' · '),
	isNew: 'nuovo', isChanged: 'cambiato', takenOff: 'tolto', wasBefore: (what) => `era ${what}`, remakes: { burned: 'Bruciata', dropped: 'Caduta', wrong: 'Fatta male', other: 'Altro motivo' }, inWords: 'A parole, se vuoi',
	remade: 'Rifatto', remadeFor: { burned: 'bruciata', dropped: 'caduta', wrong: 'fatta male', other: 'altro motivo' },
	marks: 'Dubbi sui suoi tempi', mark: { bulk_bump: 'chiuso insieme a molti altri', early_out: 'tolto dal forno presto', not_sensed: 'nessun forno l’ha visto entrare', before_driver: 'consegnato prima del fattorino' },
	calm: 'Non è più urgente',
	bringBack: 'Riportalo',
};
