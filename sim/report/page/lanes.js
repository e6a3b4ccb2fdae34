// Lanes: one swim lane a node, virtual time to the right. Draws only what is seen, and of what would
// fall on one pixel only one.
const laneHeight = 46, axisHeight = 26, overHeight = 34;

class Lanes {
  // `options`: view, filter (what is shown), select(item), parts (time of the first difference),
  // names (width of the column), overview.
  constructor(host, run, options) {
    Object.assign(this, { host, run, ...options });
    this.lives = livesOf(run);
    this.svg = draw('svg', { class: 'swim', role: 'img', 'aria-label': 'Swim lanes: ' + run.title });
    host.append(this.svg);
    this.view.watchers.push(() => this.draw());
    this.listen();
    new ResizeObserver(() => this.draw()).observe(host);
  }

  get width() { return Math.max(this.host.clientWidth, 200); }
  get inner() { return this.width - this.names - 10; }
  x(time) { return this.xOf(this.view.scale.place(time)); }
  xOf(place) {
    return this.names + (place - this.view.from) / (this.view.to - this.view.from) * this.inner;
  }
  placeAt(clientX) {
    const x = clientX - this.svg.getBoundingClientRect().left - this.names;
    return this.view.from + x / this.inner * (this.view.to - this.view.from);
  }
  y(lane) { return axisHeight + this.rows.indexOf(lane) * laneHeight + laneHeight / 2; }

  listen() {
    let grabbed = null;
    const clientMoves = event => {
      if (!grabbed) return;
      const by = (grabbed.x - event.clientX) / this.inner * (this.view.to - this.view.from);
      if (Math.abs(event.clientX - grabbed.x) > 3) this.dragged = true;
      grabbed.x = event.clientX;
      if (this.dragged) this.view.pan(by);
    };
    this.svg.addEventListener('pointerdown', event => {
      this.dragged = false;
      if (event.target.closest('.over')) return this.jump(event);
      grabbed = { x: event.clientX };
    });
    window.addEventListener('pointermove', clientMoves);
    window.addEventListener('pointerup', () => { grabbed = null; });
    this.svg.addEventListener('wheel', event => {
      if (!event.ctrlKey && !event.metaKey && !event.shiftKey && Math.abs(event.deltaX) < Math.abs(event.deltaY)) return;
      event.preventDefault();
      if (event.ctrlKey || event.metaKey)
        this.view.zoom(Math.exp(event.deltaY * 0.0022), this.placeAt(event.clientX));
      else
        this.view.pan((event.deltaX || event.deltaY) / this.inner * (this.view.to - this.view.from));
    }, { passive: false });
    this.svg.addEventListener('click', event => {
      const item = event.target.closest('[data-item]');
      if (item && !this.dragged) this.select(this.run.items[+item.dataset.item]);
    });
  }

  jump(event) {
    const x = event.clientX - this.svg.getBoundingClientRect().left - this.names;
    const place = x / this.inner * this.view.scale.length, half = (this.view.to - this.view.from) / 2;
    this.view.show(place - half, place + half);
  }

  draw() {
    this.rows = inOrder(this.run.lanes).filter(lane => this.filter.showsLane(lane)).map(lane => lane.i);
    const height = axisHeight + this.rows.length * laneHeight + (this.overview ? overHeight + 10 : 6);
    this.svg.setAttribute('viewBox', `0 0 ${this.width} ${height}`);
    this.svg.setAttribute('height', height);
    this.svg.dataset.scale = ((this.view.to - this.view.from) / this.inner).toPrecision(6);
    this.svg.replaceChildren();
    this.labels = new Map();
    this.bands();
    this.axis();
    this.items();
    if (this.parts !== undefined) this.parting();
    if (this.selected) this.cursor();
    this.nameColumn();
    if (this.overview) this.overviewStrip();
  }

  add(parent, tag, attributes, ...children) {
    const element = draw(tag, attributes, ...children);
    parent.append(element);
    return element;
  }

  bands() {
    this.rows.forEach((lane, row) => {
      const top = axisHeight + row * laneHeight, y = top + laneHeight / 2;
      this.add(this.svg, 'rect', { class: 'band' + (row % 2 ? ' odd' : ''), x: 0, y: top, width: this.width, height: laneHeight });
      for (const life of this.lives[lane]) {
        const from = Math.max(this.x(life.from), this.names), to = Math.min(this.x(life.to), this.width);
        if (to > from)
          this.add(this.svg, 'line', { class: 'life' + (life.down ? ' down' : ''), x1: from, x2: to, y1: y, y2: y });
      }
    });
  }

  axis() {
    const group = this.add(this.svg, 'g', { class: 'axis' });
    const bottom = axisHeight + this.rows.length * laneHeight;
    let last = -1e9;
    const count = Math.max(2, Math.floor(this.inner / 150));
    for (let k = 0; k <= count * 3; ++k) {
      const time = this.view.scale.time(this.view.from + (this.view.to - this.view.from) * k / (count * 3));
      const x = this.x(time);
      if (x < this.names + 8 || x - last < 112 || x > this.width - 78) continue;
      last = x;
      this.add(group, 'line', { x1: x, x2: x, y1: axisHeight - 6, y2: bottom });
      this.add(group, 'text', { x: x + 3, y: 14 }, (time / 1e9).toFixed(this.fine() ? 6 : 3) + ' s');
    }
  }
  fine() {
    return this.view.scale.time(this.view.to) - this.view.scale.time(this.view.from) < 2e8;
  }

  items() {
    const from = this.view.scale.time(this.view.from), to = this.view.scale.time(this.view.to);
    const reach = this.add(this.svg, 'g', {}), lines = this.add(this.svg, 'g', {});
    const marks = this.add(this.svg, 'g', {}), texts = this.add(this.svg, 'g', {});
    const drawn = new Set();
    this.shown = 0;
    for (const item of this.run.items) {
      if (item.to < from || item.from > to || !this.filter.shows(item)) continue;
      const a = this.x(item.from), b = Math.max(this.x(item.to), a);
      const key = [item.kind, item.lane, item.other, item.bad, Math.round(a), Math.round(b)].join();
      if (drawn.has(key) && item !== this.selected) continue;
      drawn.add(key);
      ++this.shown;
      const isLine = item.other >= 0 && this.rows.includes(item.other) && this.rows.includes(item.lane);
      const group = draw('g', { class: classOf(item) + (item === this.selected ? ' selected' : ''), 'data-item': item.i });
      group.append(draw('title', {}, clock(item.from) + '  ' + item.text));
      shapes[isLine ? 'line' : item.kind](this, group, item, a, b);
      (isLine ? lines : marks).append(group);
      if (item.kind === 'fault') this.reachOf(reach, item, a, b);
      this.label(texts, item, a, b, isLine);
    }
  }

  // A fault is seen on what it hits, too.
  reachOf(parent, item, a, b) {
    const targets = item.step ? item.step.targets : [];
    for (const lane of this.run.lanes) {
      const hit = targets.some(t => t === '*' || t === lane.name || lane.name === 'disk of ' + t);
      if (!hit || !this.rows.includes(lane.i) || lane.kind === 'plan') continue;
      this.add(parent, 'g', { class: 'fault reach' },
        draw('rect', { x: a, y: this.y(lane.i) - laneHeight / 2, width: Math.max(b - a, 4), height: laneHeight }));
    }
  }

  // As many labels as there is room for; what went wrong first comes first by being drawn always.
  label(parent, item, a, b, isLine) {
    const text = labelOf(item);
    if (!text) return;
    const lane = isLine ? Math.min(this.rows.indexOf(item.lane), this.rows.indexOf(item.other)) : this.rows.indexOf(item.lane);
    const between = isLine && this.rows.indexOf(item.lane) !== this.rows.indexOf(item.other);
    const y = axisHeight + lane * laneHeight + (item.kind === 'fault' ? 11 : laneHeight - 4);
    const width = Math.min(text.length, 34) * 6.1 + 10;
    const x = Math.max(Math.min(between ? (a + b) / 2 - 2 : a - 2, this.width - width), this.names + 4);
    if (a > this.width || b < this.names) return;
    const row = Math.round(y), taken = this.labels.get(row) || [];
    if (taken.some(([l, r]) => x < r && x + width > l)) return;
    taken.push([x, x + width]);
    this.labels.set(row, taken);
    const shown = text.length > 34 ? text.slice(0, 33) + '…' : text;
    this.add(parent, 'g', { class: classOf(item), 'data-item': item.i }, draw('text', { class: 'label', x, y }, shown));
  }

  parting() {
    const x = this.x(this.parts), bottom = axisHeight + this.rows.length * laneHeight;
    if (x < this.names || x > this.width) return;
    this.add(this.svg, 'line', { class: 'parts', x1: x, x2: x, y1: 18, y2: bottom });
    const end = x > this.width - 120;
    this.add(this.svg, 'text', { class: 'parts-label', x: end ? x - 4 : x + 4, y: 24, 'text-anchor': end ? 'end' : 'start' }, 'first difference');
  }

  cursor() {
    const x = this.x(this.selected.from);
    if (x < this.names) return;
    this.add(this.svg, 'line', { class: 'cursor', x1: x, x2: x, y1: axisHeight - 4, y2: axisHeight + this.rows.length * laneHeight });
  }

  nameColumn() {
    const group = this.add(this.svg, 'g', { class: 'names' });
    const bottom = axisHeight + this.rows.length * laneHeight;
    this.add(group, 'rect', { x: 0, y: 0, width: this.names, height: bottom });
    this.add(group, 'line', { x1: this.names, x2: this.names, y1: 0, y2: bottom });
    this.rows.forEach((lane, row) => {
      const { name, kind } = this.run.lanes[lane], y = axisHeight + row * laneHeight + laneHeight / 2;
      const [first, second] = laneWords(name, kind);
      const cut = (text, width) => {
        const most = Math.floor((this.names - 18) / width);
        return text.length > most ? text.slice(0, most - 1) + '…' : text;
      };
      this.add(group, 'text', { x: 14, y: second ? y - 1 : y + 4, class: 'name' }, cut(first, 7.2), draw('title', {}, name));
      if (second) this.add(group, 'text', { x: 14, y: y + 13, class: 'sub' }, cut(second, 5.7));
    });
    this.add(group, 'text', { x: 14, y: 15, class: 'sub' }, 'virtual time');
  }

  overviewStrip() {
    const top = axisHeight + this.rows.length * laneHeight + 6, length = Math.max(this.view.scale.length, 1);
    const group = this.add(this.svg, 'g', { class: 'over' });
    const at = place => this.names + Math.min(Math.max(place / length, 0), 1) * this.inner;
    this.add(group, 'rect', { class: 'all', x: this.names, y: top, width: this.inner, height: overHeight, rx: 5 });
    const drawn = new Set();
    for (const item of this.run.items) {
      if (!this.filter.shows(item)) continue;
      const x = Math.round(at(this.view.scale.place(item.from))), hot = item.kind === 'fault' || item.kind === 'finding';
      if (drawn.has(x + (hot ? 'h' : ''))) continue;
      drawn.add(x + (hot ? 'h' : ''));
      this.add(group, 'line', { class: 'tick' + (hot ? ' hot' : ''), x1: x, x2: x, y1: top + (hot ? 3 : 10), y2: top + overHeight - (hot ? 3 : 10) });
    }
    const from = at(this.view.from), to = at(this.view.to);
    this.add(group, 'rect', { class: 'seen', x: from, y: top, width: Math.max(to - from, 4), height: overHeight, rx: 5 });
    this.add(this.svg, 'text', { class: 'none', x: 14, y: top + 21, style: 'font-size:11px' }, 'the whole run');
  }
}

// As recorded, but what is known comes last.
function inOrder(lanes) {
  return [...lanes.filter(lane => lane.kind !== 'judge'), ...lanes.filter(lane => lane.kind === 'judge')];
}

// Long ids are told apart by their ends.
function shortId(text) {
  return text.length > 16 ? text.slice(0, 6) + '…' + text.slice(-6) : text;
}

// "docker/rt-17#2": what it is called, and where it runs.
function laneWords(name, kind) {
  if (kind === 'plan') return ['plan', 'faults and operations'];
  if (kind === 'judge') return ['what is known', 'judge and entities'];
  if (kind !== 'container') return [name, ''];
  const slash = name.indexOf('/'), hash = name.lastIndexOf('#');
  return [shortId(name.slice(slash + 1, hash)), 'container ' + name.slice(hash + 1) + ' on ' + name.slice(0, slash)];
}

function classOf(item) {
  let name = 'item ' + item.kind + (item.bad ? ' bad' : '');
  const status = item.kind === 'message' ? parseInt(item.text, 10) : NaN;
  if (status >= 100 && status < 400) name += ' answer';
  if (status >= 400) name += ' refused';
  return name;
}

// A line, with what went wrong.
function lineOf(item) {
  if (item.bad && item.kind === 'message') return 'LOST: ' + item.text;
  if (item.bad && item.kind === 'commit') return 'NEVER DURABLE: ' + item.text;
  return item.text;
}

function labelOf(item) {
  if (item.kind === 'fault') return item.short || item.text;
  if (item.kind === 'op') return item.short || item.text;
  if (item.kind === 'message') return (item.bad ? 'LOST ' : '') + shortMessage(item.text);
  if (item.kind === 'commit') return (item.bad ? 'NEVER DURABLE ' : '') + item.text;
  if (['process', 'container', 'finding', 'log'].includes(item.kind)) return item.text;
  if (item.kind === 'disk' && item.bad) return item.text;
  return '';
}

// "POST /service/v1/player/interchange" becomes "POST interchange", "200 OK to POST ..." "200 OK".
function shortMessage(text) {
  const request = /^([A-Z]+) \S*?([^\/\s]+)\/?$/.exec(text);
  return request ? request[1] + ' ' + request[2] : text.replace(/ to [A-Z]+ \S+$/, '');
}

// When the process of each lane ran. A lane without starts and ends ran all the time.
function livesOf(run) {
  return run.lanes.map(lane => {
    const ends = run.items.filter(item => item.kind === 'process' && item.lane === lane.i);
    if (lane.kind === 'plan' || lane.kind === 'judge') return [];
    const lives = [];
    let since = run.begin;
    const first = ends.find(item => item.text.startsWith('starts') || item.text.startsWith('ends'));
    let up = lane.kind === 'disk' || !first || !first.text.startsWith('starts');
    let wasUp = up;
    for (const item of ends) {
      const starts = item.text.startsWith('starts');
      if (!starts && !item.text.startsWith('ends')) continue;
      if (up || wasUp) lives.push({ from: since, to: item.from, down: !up });
      since = item.from;
      up = starts;
      wasUp = true;
    }
    if (up || (wasUp && lane.kind !== 'container')) lives.push({ from: since, to: run.end + 1e15, down: !up });
    return lives;
  });
}

function arrow(x1, y1, x2, y2, size) {
  const angle = Math.atan2(y2 - y1, x2 - x1), spread = 0.42;
  const at = by => `${x2 - size * Math.cos(angle + by)} ${y2 - size * Math.sin(angle + by)}`;
  return `M ${x2} ${y2} L ${at(spread)} L ${at(-spread)} Z`;
}
function box(lanes, group, item, a, b, height, up) {
  group.append(draw('rect', { x: a, y: lanes.y(item.lane) - height / 2 + (up || 0), width: Math.max(b - a, 5), height, rx: 2 }));
}
function mark(lanes, group, item, path) {
  group.append(draw('path', { d: path, transform: `translate(${lanes.x(item.from)} ${lanes.y(item.lane)})` }));
}

const shapes = {
  // From lane to lane. What never arrived ends in a cross on its way.
  line(lanes, group, item, a, b) {
    const y1 = lanes.y(item.lane), far = lanes.y(item.other);
    const lost = item.kind === 'message' && item.bad;
    const x2 = lost ? a + 26 : Math.max(b, a), y2 = lost ? y1 + (far - y1) * 0.55 : far;
    group.append(draw('line', { class: 'grip', x1: a, y1, x2, y2 }), draw('line', { x1: a, y1, x2, y2 }));
    if (item.kind === 'connection') group.append(draw('circle', { cx: a, cy: y1, r: 3 }));
    else if (lost) group.append(draw('path', { d: `M ${x2 - 5} ${y2 - 5} l 10 10 m 0 -10 l -10 10` }));
    else group.append(draw('path', { d: arrow(a, y1, x2, y2, 8) }));
  },
  message(lanes, group, item, a, b) { box(lanes, group, item, a, b, 4); },
  connection(lanes, group, item, a) { group.append(draw('circle', { cx: a, cy: lanes.y(item.lane), r: 3 })); },
  fault(lanes, group, item, a, b) { box(lanes, group, item, a, b, 7, -4 + 9 * (item.row || 0)); },
  op(lanes, group, item, a) { group.append(draw('circle', { cx: a, cy: lanes.y(item.lane) + 5, r: 5 })); },
  process(lanes, group, item) { mark(lanes, group, item, item.bad ? 'M -6 -6 h 12 v 12 h -12 Z' : 'M -5 -7 L 7 0 L -5 7 Z'); },
  container(lanes, group, item) { mark(lanes, group, item, 'M -5 -5 h 10 v 10 h -10 Z'); },
  commit(lanes, group, item, a, b) { box(lanes, group, item, a, b, 10); },
  disk(lanes, group, item, a) { box(lanes, group, item, a - 2, a + 2, 12); },
  timer(lanes, group, item, a) { group.append(draw('line', { x1: a, x2: a, y1: lanes.y(item.lane) - 5, y2: lanes.y(item.lane) + 5 })); },
  work(lanes, group, item, a, b) { box(lanes, group, item, a, b, 5, 9); },
  point(lanes, group, item) { mark(lanes, group, item, 'M 0 -6 L 6 0 L 0 6 L -6 0 Z'); },
  log(lanes, group, item, a) { box(lanes, group, item, a - 2, a + 1, 8, -11); },
  state(lanes, group, item, a) { group.append(draw('circle', { cx: a, cy: lanes.y(item.lane), r: 3.2 })); },
  finding(lanes, group, item) { mark(lanes, group, item, 'M 0 -11 L 10 7 L -10 7 Z'); },
};
