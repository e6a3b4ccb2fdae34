// The page: verdict, steps, timeline with its tools, twins.
const find = id => document.getElementById(id);
const quiet = new Set(['timer', 'work', 'state']);  // kinds that are not shown at first

class Filter {
  constructor(run) {
    this.kinds = new Set(data.kinds.filter(kind => !quiet.has(kind)));
    this.lanes = new Set();  // those that are hidden, by name
    this.words = '';
    // Where nothing happened but a start there is nothing to see.
    const happened = run.items.filter(item => item.kind !== 'process' || !item.text.startsWith('starts'));
    const used = new Set(happened.flatMap(item => [item.lane, item.other]));
    for (const item of happened)
      for (const target of item.step ? item.step.targets : [])
        for (const lane of run.lanes) if (lane.name === target) used.add(lane.i);
    for (const lane of run.lanes) if (!used.has(lane.i)) this.lanes.add(lane.name);
  }
  showsLane(lane) { return !this.lanes.has(lane.name); }
  shows(item) {
    if (!this.kinds.has(item.kind)) return false;
    const hidden = lane => lane < 0 || (this.run && this.lanes.has(this.run.lanes[lane].name));
    if (hidden(item.lane) && hidden(item.other)) return false;
    if (this.words === '') return true;
    return (item.text + ' ' + item.detail).toLowerCase().includes(this.words);
  }
}

function showVerdict() {
  const verdict = data.verdict;
  find('verdict').classList.toggle('passes', verdict.passed);
  find('badge').textContent = verdict.passed ? 'PASSES' : 'FAILS: ' + verdict.invariant;
  const promise = find('promise');
  if (verdict.promise) promise.append('The promise that was broken, ', make('b', {}, verdict.invariant), ': ' + verdict.promise);
  promise.hidden = !verdict.promise;
  for (const [label, value] of data.facts)
    find('facts').append(make('div', {}, make('dt', {}, label), make('dd', {}, value)));
  find('copy').addEventListener('click', copyCommand);
}

function copyCommand() {
  const done = () => { find('copy').textContent = 'Copied'; };
  const select = () => {
    window.getSelection().selectAllChildren(find('command'));
    if (document.execCommand('copy')) done();
  };
  if (navigator.clipboard) navigator.clipboard.writeText(data.command).then(done, select); else select();
}

function showSteps(choose) {
  const list = find('steps');
  const row = (name, number, time, text, onclick, tag) => list.append(make('li',
    { class: 'step ' + name, tabindex: 0, onclick, onkeydown: event => { if (event.key === 'Enter') onclick(); } },
    make('span', { class: 'n' }, number), make('span', { class: 't' }, clock(time)),
    make('span', { class: 'what' }, text, tag ? make('span', { class: 'tag' }, tag) : null)));
  // Of a long run, what was under way when the window began, and what came then.
  const run = runs[0], first = run.dropped > 0 ? steps.filter(step => step.until < run.begin).length : 0;
  if (first > 0) row('end', '', 0, `${first} steps ended before the window: they are in the plan`, () => choose(run.begin));
  steps.forEach((step, i) => {
    if (first > 0 && step.until < run.begin) return;
    const isCulprit = data.culprit && data.culprit.id === step.id && data.culprit.fault === step.fault;
    row(step.fault ? 'fault' : 'op', String(i + 1), step.at, step.text, () => choose(step.at, step),
        isCulprit ? 'last culprit: without it the run passes' : '');
  });
  row('end', '', data.length, 'the faults end; the world gets time to settle', () => choose(data.length));
  if (!data.verdict.passed)
    row('finding', '', data.verdict.at, data.verdict.invariant + ' does not hold', () => choose(data.verdict.at));
}

class Timeline {
  constructor(run) {
    this.run = run;
    this.mode = 'steps';
    this.filter = new Filter(run);
    this.filter.run = run;
    this.view = new View(this.scale());
    this.lanes = new Lanes(find('lanes'), run, { view: this.view, filter: this.filter, overview: true,
      names: window.innerWidth < 860 ? 108 : 158, select: item => this.select(item) });
    this.panel = new Panel(find('panel'), run, { select: item => this.select(item, true), list: () => this.shown() });
    this.tools();
    this.chips();
    this.view.watchers.push(() => this.tell());
    this.begin();
    document.addEventListener('keydown', event => this.key(event));
  }

  scale() {
    const times = this.run.items.filter(item => this.filter.shows(item)).flatMap(item => [item.from, item.to]);
    return new Scale(times.filter(time => time <= this.run.end), this.mode);
  }
  shown() {
    if (!this.list) this.list = this.run.items.filter(item => this.filter.shows(item));
    return this.list;
  }

  // What matters first: from a little before the last culprit on.
  begin() {
    const culprit = steps.find(s => data.culprit && s.id === data.culprit.id && s.fault === data.culprit.fault);
    const last = culprit || steps.filter(s => s.at <= this.run.end).at(-1);
    const item = this.run.items.find(one => last && one.step === last) || this.shown().at(-1);
    if (item) this.select(item);
    if (this.view.scale.length < 60) return this.view.fit();
    const at = this.view.scale.place(item ? item.from : this.run.end);
    this.view.show(at - 14, at + 36);
  }

  select(item, reveal) {
    this.lanes.selected = item;
    this.panel.show(item);
    if (reveal) this.view.reveal(item.from);
    this.lanes.draw();
  }
  choose(time, step) {
    const near = step && this.run.items.find(item => item.step === step);
    const item = near || this.shown().findLast(one => one.from <= time) || this.shown()[0];
    if (item) this.select(item, true);
    find('timeline').scrollIntoView({ behavior: 'smooth' });
  }

  refilter() {
    this.list = null;
    this.view.rescale(this.scale());
    this.panel.show(this.panel.item);
  }

  tools() {
    const button = (id, text, title, onclick) => make('button', { type: 'button', id, title, onclick }, text);
    const failure = data.verdict.passed ? this.run.end : data.verdict.at;
    const mode = button('mode', 'Pauses shortened', 'How time is drawn', () => {
      this.mode = this.mode === 'steps' ? 'true' : 'steps';
      mode.textContent = this.mode === 'steps' ? 'Pauses shortened' : 'True time';
      mode.setAttribute('aria-pressed', this.mode === 'true');
      this.view.rescale(this.scale());
    });
    const search = make('input', { type: 'search', id: 'search', placeholder: 'Filter by text', 'aria-label': 'Filter by text',
      oninput: event => { this.filter.words = event.target.value.toLowerCase(); this.refilter(); } });
    find('tools').append(button('zoom-out', '−', 'Zoom out (-)', () => this.view.zoom(1.5)),
      button('zoom-in', '+', 'Zoom in (+)', () => this.view.zoom(1 / 1.5)),
      button('fit', 'Whole run', 'Everything (0)', () => this.view.fit()),
      button('to-failure', data.verdict.passed ? 'To the end' : 'To the failure', '', () => this.choose(failure)),
      mode, make('span', { class: 'gap' }), search, make('output', { id: 'range' }),
      make('span', { class: 'hint' }, 'drag to pan, Ctrl + wheel to zoom, arrow keys to step'));
  }

  tell() {
    const from = this.view.scale.time(this.view.from), to = this.view.scale.time(this.view.to);
    find('range').textContent = (from / 1e9).toFixed(3) + ' to ' + (to / 1e9).toFixed(3) + ' s';
  }

  chip(text, count, on, color, toggle) {
    const chip = make('button', { type: 'button', class: 'chip', 'aria-pressed': on, style: color ? '--chip: ' + color : null,
      'data-chip': text, onclick: () => {
        const now = chip.getAttribute('aria-pressed') !== 'true';
        chip.setAttribute('aria-pressed', now);
        toggle(now);
        this.refilter();
      } }, text, count === null ? null : make('i', {}, String(count)));
    return chip;
  }

  chips() {
    const host = find('filters'), counts = new Map();
    const colors = { message: 'var(--request)', connection: 'var(--timer)', fault: 'var(--bad)', op: 'var(--accent)',
      process: 'var(--process)', container: 'var(--container)', commit: 'var(--commit)', disk: 'var(--disk)', timer: 'var(--timer)',
      work: 'var(--work)', point: 'var(--refused)', log: 'var(--soft)', state: 'var(--state)', finding: 'var(--bad)' };
    const names = { op: 'operations', process: 'processes', commit: 'commits', disk: 'disk', work: 'offloaded work',
      point: 'fault points', log: 'log lines', state: 'knowledge' };
    for (const item of this.run.items) counts.set(item.kind, (counts.get(item.kind) || 0) + 1);
    const flip = (set, name, inside) => { if (inside) set.add(name); else set.delete(name); };
    host.append(make('span', { class: 'label' }, 'Show'));
    for (const kind of data.kinds)
      if (counts.has(kind))
        host.append(this.chip(names[kind] || kind + 's', counts.get(kind), this.filter.kinds.has(kind), colors[kind],
          on => flip(this.filter.kinds, kind, on)));
    host.append(make('span', { class: 'label' }, 'on'));
    for (const lane of inOrder(this.run.lanes))
      host.append(this.chip(laneWords(lane.name, lane.kind)[0] + (lane.kind === 'container' ? lane.name.slice(lane.name.lastIndexOf('#')) : ''),
        null, this.filter.showsLane(lane), null, on => flip(this.filter.lanes, lane.name, !on)));
  }

  key(event) {
    if (event.target.closest('input') || event.ctrlKey || event.metaKey || event.altKey) return;
    const keys = { ArrowLeft: () => this.panel.step(-1), ArrowRight: () => this.panel.step(1),
      '+': () => this.view.zoom(1 / 1.5), '=': () => this.view.zoom(1 / 1.5), '-': () => this.view.zoom(1.5), 0: () => this.view.fit() };
    if (!keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  }
}

function showWindow(run) {
  const words = [];
  if (run.dropped > 0 && !run.cut_behind)
    words.push(`This page shows the window from ${clock(run.begin)} to ${clock(run.end)}: ` +
      'the run is too long to be shown whole. What came before is in the plan; shrink it to see all of what matters.');
  else words.push(`The whole run is shown: ${run.items.length} happenings in ${lasting(run.end)} of virtual time.`);
  words.push('Nothing of this was recorded while hunting: the plan was played again with a recorder, and the trace hash is the same.');
  find('window').textContent = words.join(' ');
}

function switchTheme() {
  const dark = document.documentElement.dataset.theme
    ? document.documentElement.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  document.documentElement.dataset.theme = dark ? 'light' : 'dark';
}

showVerdict();
showWindow(runs[0]);
const timeline = new Timeline(runs[0]);
showSteps((time, step) => timeline.choose(time, step));
const twinFilter = new Filter(runs[0]);
showTwins(twinFilter);
find('theme').addEventListener('click', switchTheme);
document.documentElement.dataset.ready = 'yes';
