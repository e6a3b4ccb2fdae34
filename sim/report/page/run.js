// The data of the page as objects. Times are nanoseconds of virtual time.
'use strict';

const data = JSON.parse(document.getElementById('data').textContent);

function decodeChanges(list) {
  return (list || []).map(([entity, field, value]) =>
    ({ entity, field: data.strings[field], value: data.strings[value] }));
}

function decodeRun(raw) {
  const items = raw.items.map((it, i) => ({
    i, from: it[0], to: it[0] + it[1], kind: data.kinds[it[2]], lane: it[3], other: it[4],
    bad: it[5] === 1, text: data.strings[it[6]], detail: data.strings[it[7]],
    id: it[8] || 0, changes: decodeChanges(it[9]),
  }));
  const lanes = raw.lanes.map(([name, kind], i) => ({ i, name, kind }));
  return { ...raw, items, lanes, base: decodeChanges(raw.base),
           entities: raw.entities.map(([kind, name]) => ({ kind, name })) };
}

const runs = data.runs.map(decodeRun);
const steps = data.steps;
for (const run of runs) nameFaults(run);

// The plan tells of faults and operations in plain English; the recording only has their ids.
function nameFaults(run) {
  const rows = [0, 0, 0];
  for (const item of run.items) {
    if (item.kind !== 'fault' && item.kind !== 'op') continue;
    const step = steps.find(s => s.id === item.id && s.fault === (item.kind === 'fault'));
    if (!step) continue;
    item.short = step.fault ? step.kind : step.text.split(':')[0];
    item.text = step.text + (item.kind === 'op' && item.bad ? ' (skipped: not possible then)' : '');
    item.step = step;
    if (step.fault) item.row = freeRow(rows, item);
    if (step.fault && item.to > item.from) item.detail = 'lasts ' + lasting(item.to - item.from);
  }
}

// Faults at the same time are drawn one below the other.
function freeRow(rows, item) {
  const free = rows.findIndex(until => until <= item.from);
  const row = free < 0 ? rows.indexOf(Math.min(...rows)) : free;
  rows[row] = Math.max(rows[row], item.to);
  return row;
}

// What is known after everything that happened until `time`: by entity, field to value; and what
// changed at that very instant, with the old values.
function knownAt(run, time) {
  const known = new Map();
  const fresh = new Map();
  const put = (change, isNew) => {
    if (!known.has(change.entity)) known.set(change.entity, new Map());
    const fields = known.get(change.entity);
    if (isNew) {
      if (!fresh.has(change.entity)) fresh.set(change.entity, new Map());
      const news = fresh.get(change.entity);
      if (!news.has(change.field)) news.set(change.field, fields.get(change.field));
    }
    if (change.value === '') fields.delete(change.field); else fields.set(change.field, change.value);
  };
  for (const change of run.base) put(change, false);
  for (const item of run.items) {
    if (item.from > time) break;
    for (const change of item.changes) put(change, item.from === time);
  }
  // What went and came back in one instant did not change.
  for (const [entity, news] of fresh)
    for (const [field, old] of news)
      if (known.get(entity).get(field) === old && old !== undefined) news.delete(field);
  for (const [entity, news] of [...fresh]) if (news.size === 0) fresh.delete(entity);
  return { known, fresh };
}

function trimmed(number, digits) {
  return number.toFixed(digits).replace(/\.?0+$/, '');
}
// "350 ms"
function lasting(ns) {
  if (ns < 1e3) return ns + ' ns';
  if (ns < 1e6) return trimmed(ns / 1e3, 1) + ' us';
  if (ns < 1e9) return trimmed(ns / 1e6, 2) + ' ms';
  return trimmed(ns / 1e9, 3) + ' s';
}
// "4.000500 s"
function clock(ns) {
  return (ns / 1e9).toFixed(6) + ' s';
}

function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  fill(element, attributes, children);
  return element;
}
function draw(tag, attributes, ...children) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  fill(element, attributes, children);
  return element;
}
// Children are elements or texts: whatever comes from the run is only ever text.
function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined) element.setAttribute(name, value);
  }
  for (const child of children) if (child !== null) element.append(child);
}
