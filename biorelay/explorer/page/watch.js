// Standing questions, and what newly answers them: told live, by server-sent events.

import { aborted, ask, problemBox, questionAddress } from './api.js';
import { to, toEntity, toEvidence } from './address.js';
import { byId, count, el, named, put, say } from './dom.js';
import { pageOf, predicateName, sign } from './kinds.js';

const MOST = 200;
const KINDS = { completed: ['supported', 'new'], broken: ['negated', 'no longer'], changed: ['speculated', 'changed'] };

const alerts = []; // the newest first
const seen = new Set();
let unread = 0;
let source = null;
let state = 'Not connected.';
let shown = null; // the list on the page

/** Listen, from now on. Called where there are questions, or where one looks at them. */
export function listen() {
  if (source) return;
  source = new EventSource(questionAddress('questions/events'));
  source.addEventListener('connected', () => told('Listening.'));
  source.addEventListener('error', () =>
    told(
      source.readyState === EventSource.CLOSED
        ? 'Live alerts are not to be had: the server refused.'
        : 'The connection broke; trying again.',
    ),
  );
  source.addEventListener('discovery', arrived);
  source.addEventListener('problem', ({ data }) => {
    let said = {};
    try {
      said = JSON.parse(data);
    } catch {
      // Its kind says enough.
    }
    told([said.detail ?? said.title ?? 'Live alerts are not to be had.', said.remedy].filter(Boolean).join(' '));
  });
}

function arrived({ data }) {
  let discovery;
  try {
    discovery = JSON.parse(data);
  } catch {
    return;
  }
  if (!discovery?.id || seen.has(discovery.id)) return;
  seen.add(discovery.id);
  alerts.unshift(discovery);
  alerts.length = Math.min(alerts.length, MOST);
  const names = discovery.entities.map((entity) => entity.name || entity.id);
  say(`${KINDS[discovery.kind]?.[1] ?? discovery.kind}: ${names.join(' to ')}`);
  if (shown?.isConnected) {
    shown.querySelector('.empty')?.remove();
    shown.prepend(alertLine(discovery, true));
  } else {
    unread += 1;
    badge();
  }
}

function badge() {
  const box = byId('alerts');
  box.hidden = unread === 0;
  put(box, String(unread), el('span', { class: 'hidden' }, unread === 1 ? ' new alert' : ' new alerts'));
}

function told(text) {
  state = text;
  const box = byId('listening');
  if (box) box.textContent = text;
}

function alertLine(discovery, fresh = false) {
  const [kind, label] = KINDS[discovery.kind] ?? ['unseen', discovery.kind];
  const way = discovery.entities.flatMap((entity, index) => [
    index > 0 && stepOf(discovery.path[index - 1]),
    sign(entity.type),
    ' ',
    el('a', { href: toEntity(entity.id) }, named(entity.name || entity.id)),
  ]);
  const page = pageOf(discovery.document);
  return el(
    'li',
    { class: fresh ? 'alert new' : 'alert' },
    el('div', {}, el('span', { class: `badge badge-${kind}` }, label), ' ', way),
    el(
      'small',
      {},
      'question ',
      named(discovery.question),
      ', by ',
      page ? el('a', { href: page, target: '_blank', rel: 'noopener noreferrer' }, discovery.document) : discovery.document,
      discovery.known ? ', since a paper relates the ends directly' : '',
    ),
  );
}

function stepOf(step) {
  const why = `${predicateName(step.predicate)}, ${count(step.papers, 'paper')}`;
  return [' ', step.holds ? el('a', { class: 'step', href: toEvidence(step) }, why) : el('small', {}, `${why}, no longer`), ' '];
}

function questionLine({ question, words }) {
  const { id, label, start, end } = question;
  return el(
    'li',
    { class: 'alert' },
    el('div', {}, el('strong', {}, named(label || id))),
    el(
      'small',
      {},
      named(words),
      ' · ',
      el('a', { href: to(end ? { at: 'paths', start, end } : { at: 'discover', start }) }, 'ask it now'),
    ),
  );
}

export async function show({ panel }) {
  panel.dataset.about = 'watch';
  document.title = 'Watch – biorelay explorer';
  unread = 0;
  badge();
  shown = el('ol', {}, alerts.length ? alerts.map((alert) => alertLine(alert)) : el('li', { class: 'empty' }, 'Nothing new so far.'));
  const questions = el('div', {}, el('p', { class: 'wait' }, 'Asking the graph …'));
  put(
    panel,
    el(
      'div',
      { class: 'card' },
      el('h1', {}, 'Watch'),
      el(
        'p',
        { class: 'about' },
        'Standing questions are asked again with every abstract that arrives. What newly answers them appears here at once.',
      ),
    ),
    el(
      'div',
      { class: 'split' },
      el(
        'section',
        { 'aria-label': 'Alerts' },
        el('div', { class: 'heading' }, el('h2', {}, 'Alerts'), el('small', { id: 'listening' }, state)),
        shown,
      ),
      el('section', { 'aria-label': 'Standing questions' }, el('div', { class: 'heading' }, el('h2', {}, 'Questions')), questions),
    ),
  );
  listen();
  try {
    const found = (await ask('questions', {}, { slot: 'questions' })).items;
    put(
      questions,
      found.length
        ? el('ul', {}, found.map(questionLine))
        : el('p', { class: 'empty' }, 'None yet. ', el('code', {}, 'biorelay watch add'), ' adds one.'),
    );
  } catch (error) {
    if (!aborted(error)) put(questions, problemBox(error));
  }
}
