// The page: what the address says is shown, and whatever one does changes the address.

import { FILTERS, edgeText, go, read, to } from './address.js';
import { questionAddress } from './api.js';
import { combobox } from './combobox.js';
import { discover, paths } from './discover.js';
import { byId, count, el, named, put, say } from './dom.js';
import { met, remember } from './entities.js';
import { showDrawer } from './evidence.js';
import * as explore from './explore.js';
import * as extract from './extract.js';
import { makeFilters, seeing, showFilters, showYears } from './filters.js';
import { GraphView } from './graph.js';
import { PREDICATES, TYPES, sign } from './kinds.js';
import { table } from './table.js';
import { legend, themeButton } from './frame.js';
import * as views from './views.js';
import * as watch from './watch.js';

const PAGES = { explore: explore.show, discover, paths, views: views.show, watch: watch.show, extract: extract.show };
const SUBJECT = ['at', 'center', 'hops', 'most', 'view', 'start', 'end', 'target', 'via', 'rank', 'length', ...FILTERS];
const NOTHING = { nodes: [], edges: [] };
const FORMATS = [
  ['kgx', 'KGX (nodes and edges)'],
  ['csv', 'CSV table'],
  ['jsonl', 'JSON lines'],
];

const view = new GraphView(byId('canvas'), {
  onEdge: (edge) => go({ edge: edgeText(edge), verify: null }),
  onNode: (entity, how) => (how === 'open' ? go({ at: 'explore', center: entity.id }, { fresh: true }) : peek(entity)),
});
let shown = null; // the state on the page
let drawn = NOTHING; // the graph on the stage
let turn = 0; // answers of an older turn are not drawn

async function render() {
  const state = { at: 'explore', ...read() };
  const before = shown;
  shown = state;
  document.body.dataset.at = state.at;
  document.body.toggleAttribute('data-plain', state.at === 'explore' && !state.center);
  for (const link of document.querySelectorAll('nav a')) {
    if (link.dataset.to === state.at) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  showFilters(state);
  showAs(state);
  showDrawer(state);
  view.mark(keyOf(state));
  if (before && SUBJECT.every((key) => before[key] === state[key])) return;
  const own = ++turn;
  if (before && (before.at !== state.at || before.center !== state.center)) {
    byId('panel').scrollTop = 0;
    peek(null);
  }
  const focused = document.activeElement?.id;
  busy(true);
  const draw = async (graph, { center = null } = {}) => {
    if (own !== turn) return;
    busy(false);
    drawn = graph;
    const notes = [...(graph.notes ?? [])];
    put(byId('bounds'), notes.join(' · '));
    byId('bounds').hidden = !notes.length;
    put(byId('legend'), legend(graph));
    byId('legend').hidden = !graph.edges.length;
    showYears(
      state,
      graph,
      SUBJECT.filter((key) => key !== 'as_of')
        .map((key) => state[key] ?? '')
        .join('|'),
    );
    showAs(shown);
    await view.show(graph, { center, edge: keyOf(shown) });
    if (own === turn) say(`${count(graph.nodes.length, 'entity', 'entities')} and ${count(graph.edges.length, 'relation')} on screen`);
  };
  const page = PAGES[state.at]({ panel: byId('panel'), state, draw });
  if (before && document.activeElement === document.body) ((focused && byId(focused)) || byId('panel')).focus({ preventScroll: true }); // its field was made anew
  await page;
  if (own === turn) busy(false);
}

/** What is on the stage is not what was asked for last. */
const busy = (is) => byId('stage').setAttribute('aria-busy', String(is));

/** The key of the edge whose evidence is open, as Cytoscape knows it. */
function keyOf(state) {
  if (!state.edge) return null;
  return drawn.edges.find((edge) => edgeText(edge) === state.edge)?.key ?? null;
}

function showAs(state) {
  const asTable = state.show === 'table';
  byId('as-graph').setAttribute('aria-pressed', String(!asTable));
  byId('as-table').setAttribute('aria-pressed', String(asTable));
  for (const id of ['canvas', 'zoom']) byId(id).hidden = asTable;
  byId('legend').hidden = asTable || !drawn.edges.length;
  byId('twin').hidden = !asTable;
  if (asTable && byId('twin').of !== drawn) {
    byId('twin').of = drawn;
    table(byId('twin'), drawn);
  }
}

/** What is known at once of the entity that is held in the graph. */
function peek(entity) {
  const box = byId('peek');
  box.hidden = !entity;
  if (!entity) return put(box);
  remember([entity]);
  const part = entity.id === shown.center;
  put(
    box,
    sign(entity.type),
    el('strong', {}, named(entity.name)),
    el('small', {}, `${TYPES[entity.type]?.label ?? entity.type} · ${count(entity.degree, 'relation')}`),
    !part && el('a', { class: 'button', href: to({ at: 'explore', center: entity.id }) }, 'Open'),
    el('button', { type: 'button', class: 'bare', 'aria-label': 'Let go', on: { click: () => view.hold(null) } }, '✕'),
  );
}

/** What asks the server for the graph on the stage once more. */
function network() {
  if (shown.at === 'explore') return explore.networkOf(shown);
  if (shown.at === 'views') return views.networkOf(shown);
  return { ids: drawn.nodes.map((node) => node.id).join(','), ...seeing(shown) };
}

function fillExport() {
  const save = async () => {
    const image = await view.png();
    const link = el('a', {
      href: URL.createObjectURL(image),
      download: `biorelay-${(met(shown.center ?? shown.start ?? '').name || shown.view || 'graph').replace(/[^\w-]+/g, '-').slice(0, 60)}.png`,
    });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    say('Picture saved');
  };
  const keep = (event) => {
    const title = document.title.replace(/ – biorelay explorer$/, '');
    const done = views.keep(filtered(title));
    event.target.textContent = done ? 'Kept: see Views' : 'This browser keeps nothing';
    say(event.target.textContent);
  };
  put(
    byId('export').querySelector('ul'),
    drawn.edges.length > 0
      ? [
          FORMATS.map(([format, label]) =>
            el('li', {}, el('a', { href: questionAddress('export', { format, ...network() }).href, download: true }, label)),
          ),
          el('li', {}, el('button', { type: 'button', on: { click: save } }, 'Picture (PNG)')),
        ]
      : el('li', {}, el('small', {}, 'Nothing is on screen.')),
    el('li', {}, el('button', { type: 'button', on: { click: keep } }, 'Keep this view in the browser')),
  );
}

const filtered = (title) =>
  [title, shown.as_of && `as of ${shown.as_of}`, shown.type && TYPES[shown.type].many, shown.predicate && PREDICATES[shown.predicate].label]
    .filter(Boolean)
    .join(', ');

async function copyLink(event) {
  const button = event.target;
  try {
    await navigator.clipboard.writeText(location.href);
    button.textContent = 'Copied';
    say('The address of this view is copied');
  } catch {
    prompt('The address of this view:', location.href);
  }
  setTimeout(() => (button.textContent = 'Copy link'), 1600);
}

function start() {
  makeFilters();
  themeButton(byId('theme'), () => {
    view.restyle();
  });
  combobox(byId('find'), (entity) => {
    remember([entity]);
    byId('find').value = '';
    go({ at: 'explore', center: entity.id }, { fresh: true });
    byId('panel').focus({ preventScroll: true });
  });
  byId('as-graph').addEventListener('click', () => go({ show: null }, { instead: true }));
  byId('as-table').addEventListener('click', () => go({ show: 'table' }, { instead: true }));
  byId('closer').addEventListener('click', () => view.zoom(1.4));
  byId('farther').addEventListener('click', () => view.zoom(1 / 1.4));
  byId('whole').addEventListener('click', () => view.fit());
  byId('share').addEventListener('click', copyLink);
  const menu = byId('export');
  menu.addEventListener('toggle', () => menu.open && fillExport());
  addEventListener('addressed', render);
  addEventListener('popstate', render);
  document.addEventListener('click', (event) => {
    if (!menu.contains(event.target)) menu.open = false;
    const link = event.target.closest?.('a[href^="?"]');
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || link.target) return;
    event.preventDefault();
    const next = link.getAttribute('href');
    if (next !== location.search) history.pushState(null, '', next === '?' ? location.pathname : next);
    render();
  });
  document.addEventListener('keydown', (event) => {
    const typing = event.target.closest?.('input, textarea, select, [contenteditable]');
    if (event.key === '/' && !typing && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      byId('find').focus();
    } else if (event.key === 'Escape') {
      if (menu.open) menu.open = false;
      else if (!byId('drawer').hidden && !typing) go({ edge: null, verify: null });
    }
  });
  render();
}

start();
