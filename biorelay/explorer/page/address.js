// All of the page's state is its address, so that a copied address shows another person the same, and back and forward work.

import { TYPES, PREDICATES } from './kinds.js';

const POLARITIES = ['positive', 'negated', 'speculated'];
const whole = (low, high) => (text) =>
  /^\d{1,6}$/.test(text) && Number(text) >= low && Number(text) <= high ? String(Number(text)) : null;
const one =
  (...values) =>
  (text) =>
    values.includes(text) ? text : null;
const text = (most) => (value) => (value.length && value.length <= most ? value : null);
const portion = (value) => (/^(0(\.\d{1,4})?|1)$/.test(value) && Number(value) > 0 ? value : null);

/** What an address may say, and how each is checked: what is malformed counts as not said. */
const KEYS = {
  at: one('explore', 'discover', 'paths', 'extract', 'watch', 'views'),
  center: text(500),
  hops: one('2'),
  most: whole(10, 10000),
  view: text(200),
  start: text(500),
  end: text(500),
  target: one(...Object.keys(TYPES)),
  via: one(...Object.keys(TYPES)),
  rank: text(40),
  length: whole(1, 4),
  type: one(...Object.keys(TYPES)),
  predicate: one(...Object.keys(PREDICATES)),
  polarity: one(...POLARITIES.slice(1)),
  since: whole(1000, 9999),
  until: whole(1000, 9999),
  as_of: whole(1000, 9999),
  min_papers: whole(2, 100000),
  min_confidence: portion,
  edge: text(1500),
  verify: text(1000),
  show: one('table'),
};

/** The filters: kept when one goes from question to question. */
export const FILTERS = ['type', 'predicate', 'polarity', 'since', 'until', 'as_of', 'min_papers', 'min_confidence'];

/** The state that an address's query says. Only known keys with sound values; the first of repeated ones. */
export function read(search = location.search) {
  const query = new URLSearchParams(search);
  const found = {};
  for (const [key, check] of Object.entries(KEYS)) {
    const value = query.get(key);
    const sound = value === null ? null : check(value);
    if (sound !== null) found[key] = sound;
  }
  return found;
}

/** The address of a state, relative to the page. */
export function address(state) {
  const query = new URLSearchParams();
  for (const key of Object.keys(KEYS)) if (state[key]) query.set(key, state[key]);
  const said = query.toString().replaceAll('%3A', ':').replaceAll('%2C', ',');
  return said ? `?${said}` : location.pathname;
}

/** Go where `changes` lead from here; null takes a key away. With `instead` no new entry of the history is made. */
export function go(changes, { instead = false, fresh = false } = {}) {
  const base = fresh ? filtersOf(read()) : read();
  const next = Object.fromEntries(Object.entries({ ...base, ...changes }).filter(([, value]) => value));
  const to = address(next);
  if (to === location.search) return;
  history[instead ? 'replaceState' : 'pushState'](null, '', to);
  dispatchEvent(new Event('addressed'));
}

/** The address of another question, with the present filters. */
export const to = (state) => address({ ...filtersOf(read()), ...state });
export const toEntity = (id) => to({ at: 'explore', center: id });

/** The address of what is shown, with this in the drawer beside it. */
export const toEvidence = (edge) => address({ ...read(), edge: edgeText(edge), verify: null });
export const toVerify = (a, c) => address({ ...read(), edge: null, verify: `${a} ${c}` });

export const filtersOf = (state) => Object.fromEntries(Object.entries(state).filter(([key]) => FILTERS.includes(key)));

/** An edge in an address: its subject, predicate and object with blanks between, which no CURIE holds. */
export const edgeText = (edge) => `${edge.subject} ${edge.predicate} ${edge.object}`;

/** The two ids of a pair to verify, or null. */
export function pairOf(state) {
  const parts = (state.verify ?? '').split(' ');
  return parts.length === 2 && parts.every(Boolean) ? parts : null;
}

/** The edge that the address names, or null. */
export function edgeOf(state) {
  const parts = (state.edge ?? '').split(' ');
  return parts.length === 3 && parts[1] in PREDICATES ? { subject: parts[0], predicate: parts[1], object: parts[2] } : null;
}
