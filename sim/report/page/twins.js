// Twins: the failing run and the same run without the last culprit, side by side, in one time.
function showTwins(filter) {
  const section = document.getElementById('twins'), note = document.getElementById('twins-note');
  if (runs.length < 2) {
    section.hidden = !data.note;
    note.textContent = data.note;
    return;
  }
  const culprit = steps.find(s => data.culprit && s.id === data.culprit.id && s.fault === data.culprit.fault);
  note.textContent = 'Left out: ' + (culprit ? clock(culprit.at) + ', ' + culprit.text : 'one step') +
    '. Everything else is the same plan with the same chance; both pictures move together.';
  const times = runs.flatMap(run => run.items.filter(item => filter.shows(item)).flatMap(item => [item.from, item.to]));
  const view = new View(new Scale(times, 'steps'));
  const pair = document.getElementById('pair');
  const at = data.difference ? data.difference.at : undefined;
  runs.forEach(run => {
    const host = make('div', { class: 'lanes-host' });
    const words = make('small', {}, run.sentence);
    pair.append(make('div', { class: 'twin' + (run.passed ? ' passes' : '') }, make('header', {}, run.title, words), host));
    const lanes = new Lanes(host, run, { view, filter, names: 104, parts: at, overview: false,
      select: item => { lanes.selected = item; words.textContent = clock(item.from) + ': ' + item.text; lanes.draw(); } });
  });
  const place = at === undefined ? 0 : view.scale.place(at);
  view.show(place - 12, place + 30);
  showParting(filter);
}

function keyOf(run, item) {
  const name = lane => run.lanes[lane] ? run.lanes[lane].name : '';
  return [item.from, item.to, item.kind, item.bad, item.text, name(item.lane), name(item.other)].join('|');
}

// Rows of both runs by time: what is in both, and what is in one of them only.
function rowsFrom(start, filter) {
  const lists = runs.map((run, side) => run.items.filter(item =>
    item.from >= start && filter.shows(item) && (side === 0 || item.kind !== 'fault') ));
  const rows = [];
  let [i, j] = [0, 0];
  while (i < lists[0].length || j < lists[1].length) {
    const left = lists[0][i], right = lists[1][j];
    if (left && right && keyOf(runs[0], left) === keyOf(runs[1], right)) {
      rows.push({ left, right });
      ++i; ++j;
    } else if (!right || (left && left.from <= right.from)) {
      rows.push({ left });
      ++i;
    } else {
      rows.push({ right });
      ++j;
    }
  }
  return rows;
}

function showParting(filter) {
  const host = document.getElementById('parting');
  if (!data.difference) {
    host.append(make('p', { class: 'note' }, 'Both runs look the same for as long as they are recorded.'));
    return;
  }
  const at = data.difference.at;
  const before = runs[0].items.filter(item => item.from < at && filter.shows(item)).slice(-6);
  const rows = rowsFrom(before.length ? before[0].from : at, filter);
  const body = make('tbody', {});
  const cell = (run, item, only) => make('td', { class: only },
    ...(item ? [make('span', { class: 'lane' }, run.lanes[item.lane] ? run.lanes[item.lane].name : ''),
                lineOf(item)] : []));
  let next = 0, marked = false;
  const more = count => {
    for (const end = Math.min(next + count, rows.length); next < end; ++next) {
      const { left, right } = rows[next], time = (left || right).from, both = left && right;
      const first = !marked && time >= at && !both;
      marked = marked || first;
      body.append(make('tr', { class: (both ? 'both' : '') + (first ? ' first' : '') }, make('td', {}, clock(time)),
        cell(runs[0], left, left && !right ? 'only-left' : null), cell(runs[1], right, right && !left ? 'only-right' : null)));
    }
    button.hidden = next >= rows.length;
  };
  const button = make('button', { type: 'button', onclick: () => more(60) }, 'Show more');
  host.append(make('table', {}, make('thead', {}, make('tr', {}, make('th', {}, 'time'),
    make('th', {}, runs[0].title), make('th', {}, runs[1].title))), body), button);
  more(30);
}
