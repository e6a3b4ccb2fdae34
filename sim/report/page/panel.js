// Panel: what the chosen step is, and what everybody knew right after it.
class Panel {
  constructor(host, run, options) {
    Object.assign(this, { host, run, ...options });
    this.open = new Map();
    this.wanted = '';
    this.show(null);
  }

  show(item) {
    this.item = item;
    this.host.replaceChildren(this.walk());
    if (!item) {
      this.host.append(make('p', { class: 'note' }, 'Choose anything on the lanes, or step through the run with the arrow keys.'));
      return;
    }
    const lane = this.run.lanes[item.lane], other = this.run.lanes[item.other];
    const where = (lane ? lane.name : '') + (other ? ' → ' + other.name : '');
    this.host.append(make('h3', {}, lineOf(item)),
      make('p', { class: 'when' }, clock(item.from) + (item.to > item.from ? ' to ' + clock(item.to) + ' (' + lasting(item.to - item.from) + ')' : '')),
      make('p', { class: 'when' }, item.kind + (where ? ', ' + where : '')));
    if (item.detail) this.host.append(make('pre', {}, item.detail));
    this.host.append(this.state());
  }

  walk() {
    const place = this.item ? this.list().indexOf(this.item) + 1 : 0;
    return make('div', { class: 'walk' },
      make('button', { type: 'button', id: 'previous', title: 'Left arrow', onclick: () => this.step(-1) }, '← Previous'),
      make('button', { type: 'button', id: 'next', title: 'Right arrow', onclick: () => this.step(1) }, 'Next →'),
      make('output', {}, place ? `step ${place} of ${this.list().length}` : `${this.list().length} steps`));
  }

  step(by) {
    const list = this.list();
    let at = this.item ? list.indexOf(this.item) : -1;
    if (this.item && at < 0) at = list.findIndex(item => item.i > this.item.i) - (by > 0 ? 1 : 0);
    const next = list[Math.min(Math.max(at + by, 0), list.length - 1)];
    if (next) this.select(next);
  }

  state() {
    const { known, fresh } = knownAt(this.run, this.item.from);
    const kinds = new Map();
    for (const [number, fields] of known) {
      const entity = this.run.entities[number];
      if (fields.size === 0 && !fresh.has(number)) continue;
      if (!kinds.has(entity.kind)) kinds.set(entity.kind, []);
      kinds.get(entity.kind).push({ entity, fields, news: fresh.get(number) });
    }
    const box = make('div', { id: 'state' }, make('h4', {}, 'What is known at ' + clock(this.item.from)),
      make('input', { type: 'search', placeholder: 'Find an entity', value: this.wanted, 'aria-label': 'Find an entity',
                      oninput: event => { this.wanted = event.target.value; this.fillState(box, kinds); } }));
    this.fillState(box, kinds);
    return box;
  }

  fillState(box, kinds) {
    for (const old of box.querySelectorAll('details')) old.remove();
    for (const [kind, list] of kinds) {
      const found = list.filter(one => (kind + ' ' + one.entity.name).includes(this.wanted));
      if (found.length === 0) continue;
      const changed = found.filter(one => one.news).length;
      const words = ` ${found.length}` + (changed ? `, ${changed} changed now` : '');
      const details = make('details', { 'data-kind': kind }, make('summary', {}, kind + 's', make('i', {}, words)));
      // What changed, what is little, and what the reader opened himself.
      details.open = changed > 0 || this.wanted !== '' || (this.open.has(kind) ? this.open.get(kind) : list.length <= 4);
      details.firstChild.addEventListener('click', () => this.open.set(kind, !details.open));
      found.sort((a, b) => (b.news ? 1 : 0) - (a.news ? 1 : 0));
      const most = 60;
      for (const one of found.slice(0, most)) details.append(Panel.entity(one));
      if (found.length > most) details.append(make('p', { class: 'note' }, `and ${found.length - most} more: find them by name`));
      box.append(details);
    }
  }

  static entity({ entity, fields, news }) {
    const list = make('dl', {});
    for (const [field, value] of fields) {
      const isNew = news && news.has(field), old = isNew ? news.get(field) : undefined;
      list.append(make('dt', {}, field),
        make('dd', { class: isNew ? 'new' : null }, old !== undefined ? make('s', {}, old) : null, value));
    }
    if (fields.size === 0) list.append(make('dt', {}, 'is gone'));
    return make('div', { class: 'entity' + (news ? ' changed' : '') }, make('b', {}, entity.kind + ' ' + entity.name), list);
  }
}
