// The status page: asks the explorer every few seconds what the workers said, and draws it.

import { ask } from './api.js';
import { byId, el, put, say, svg } from './dom.js';

const ASK_MS = 5000;
const NAMES = { ner: 'Entities', relations: 'Relations', graph: 'Graph' };
const SIGNS = { good: 'M4 10.5l4 4 8-9', warn: 'M10 3v9M10 15v2', bad: 'M5 5l10 10M15 5L5 15' };

const decimal = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });
const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const percent = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 1 });
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });

const known = (value) => typeof value === 'number';
const time = (seconds) => clock.format(new Date(seconds * 1000));

/** A number and its unit: seconds, minutes or hours. */
function duration(seconds) {
  if (!known(seconds)) return ['–', ''];
  if (seconds < 90) return [(seconds < 10 ? decimal : whole).format(seconds), 's'];
  if (seconds < 5400) return [decimal.format(seconds / 60), 'min'];
  if (seconds < 172800) return [decimal.format(seconds / 3600), 'h'];
  return [whole.format(seconds / 86400), 'days'];
}
const told = (seconds) => duration(seconds).join(' ').trim();
const rate = (value) => (known(value) ? decimal.format(value) : '–');

function figure(name, [number, unit], about, level = '') {
  const shown = el('dd', { class: `number ${level}` }, number, unit && el('span', {}, ` ${unit}`));
  return el('div', {}, el('dt', {}, name), shown, el('dd', { class: 'about' }, about));
}

function figures(status) {
  const letters = status.dead_letters.reduce((sum, each) => sum + each.count, 0);
  const late = status.late_seconds;
  const level = (seconds) => (seconds > late ? 'bad' : seconds > 60 ? 'warn' : '');
  const up = status.workers.filter((worker) => worker.answers).length;
  const share = status.fresh_share;
  return [
    figure('Throughput', [rate(status.documents_per_second), '/s'], 'abstracts that reached the graph, in the last minute'),
    figure('Behind', duration(status.behind_seconds), 'the oldest that waits for its next step', level(status.behind_seconds)),
    figure(
      'Until queryable',
      duration(status.freshness_p95_seconds),
      known(share) ? `95 of 100, last 15 min; ${percent.format(share)} of the hour within ${told(late)}` : '95 of 100, in the last 15 minutes',
      level(status.freshness_p95_seconds)
    ),
    figure('Newest abstract', duration(status.newest_seconds), 'since the newest one in the graph was published'),
    figure('Abstracts', [whole.format(status.abstracts), ''], `in the last ${told(Math.max(status.watched_seconds, 1))}`),
    figure('Set aside', [whole.format(letters), ''], 'in the last hour', letters ? 'warn' : ''),
    figure('Workers', [`${up}`, `of ${status.workers.length}`], 'answer', up === 0 ? 'bad' : up < status.workers.length ? 'warn' : ''),
  ];
}

/** Sentences; what stands between backticks is a command. */
const sentence = (text) => text.split('`').map((part, place) => (place % 2 ? el('code', {}, part) : part));

function said(one) {
  const sign = svg('svg', { viewBox: '0 0 20 20', role: 'img', 'aria-label': { good: 'Well', warn: 'Look', bad: 'Trouble' }[one.level] });
  sign.append(svg('path', { d: SIGNS[one.level] }));
  return el('li', { class: one.level }, sign, el('span', {}, sentence(one.text)), one.remedy && el('small', {}, sentence(one.remedy)));
}

/** A line over the hour; where nobody answered it is broken, and the ground is red. */
function course(name, at, values, shown) {
  const [from, to] = [at[0], Math.max(at.at(-1), at[0] + 60)];
  const most = Math.max(...values.filter(known), 1e-9);
  const [x, y] = [(moment) => (600 * (moment - from)) / (to - from), (value) => 80 - (72 * value) / most];
  const [lines, gone] = [[], []];
  let line = null;
  values.forEach((value, place) => {
    if (known(value)) {
      if (!line) lines.push((line = []));
      line.push([x(at[place]), y(value)]);
      return;
    }
    line = null;
    if (place) gone.push([x(at[place - 1]), x(at[place])]);
  });
  const path = (points) => points.map(([a, b]) => `${a.toFixed(1)},${b.toFixed(1)}`).join('L');
  const last = values.at(-1);
  const picture = svg(
    'svg',
    { viewBox: '0 0 600 84', preserveAspectRatio: 'none', role: 'img', 'aria-label': `${name}: now ${shown(last)}, most ${shown(most)}` },
    gone.map(([a, b]) => svg('rect', { class: 'gone', x: a, y: 0, width: Math.max(b - a, 1), height: 80 })),
    lines.map((points) => svg('path', { class: 'under', d: `M${path(points)}L${points.at(-1)[0]},80L${points[0][0]},80Z` })),
    svg('line', { class: 'base', x1: 0, x2: 600, y1: 80, y2: 80 }),
    lines.map((points) => svg('path', { class: 'line', d: `M${path(points)}` }))
  );
  const some = values.some(known);
  return el(
    'figure',
    {},
    el('figcaption', {}, name, el('span', {}, some ? `now ${shown(last)}, most ${shown(most)}` : 'nothing yet')),
    picture,
    el('div', { class: 'times' }, el('span', {}, time(from)), el('span', {}, time(to)))
  );
}

function table(node, heads, rows) {
  const head = heads.map(([name, number]) => (name ? el('th', { scope: 'col', class: number && 'number' }, name) : el('td')));
  put(node, el('thead', {}, el('tr', {}, head)), el('tbody', {}, rows));
}

function stage(one) {
  const [level, state] = one.waits
    ? ['bad', `waits${one.waits_for ? ` (${one.waits_for})` : ''}`]
    : one.behind_seconds > 60
      ? ['warn', 'behind']
      : ['', 'at work'];
  return el(
    'tr',
    {},
    el('th', { scope: 'row' }, NAMES[one.stage] ?? one.stage),
    el('td', { class: level }, el('span', { class: 'dot' }), state),
    el('td', { class: 'number' }, rate(one.documents_per_second)),
    el('td', { class: 'number' }, told(one.behind_seconds)),
    el('td', { class: 'number' }, known(one.behind_messages) ? whole.format(one.behind_messages) : '–'),
    el('td', { class: 'number' }, whole.format(one.set_aside))
  );
}

function bar(name, part, numbers) {
  const drawn = svg('svg', { viewBox: '0 0 100 12', preserveAspectRatio: 'none', 'aria-hidden': 'true' });
  drawn.append(svg('rect', { class: 'of', width: 100, height: 12 }), svg('rect', { class: 'part', width: 100 * part, height: 12 }));
  return el(
    'tr',
    {},
    el('th', { scope: 'row' }, name.replaceAll('_', ' ')),
    el('td', { class: 'bar' }, drawn),
    numbers.map((number) => el('td', { class: 'number' }, number))
  );
}

function bars(status) {
  const most = Math.max(...status.relations.map((one) => one.count), 1);
  table(
    byId('relations'),
    [['Type'], [''], ['Found', true], ['Per 1,000 abstracts', true]],
    status.relations.map((one) =>
      bar(one.predicate, one.count / most, [whole.format(one.count), known(one.per_thousand) ? whole.format(one.per_thousand) : '–'])
    )
  );
  table(
    byId('unlinked'),
    [['Type'], [''], ['Unknown', true], ['Of mentions', true]],
    status.unlinked.map((one) =>
      bar(one.type === 'CellLine' ? 'Cell line' : one.type, one.share ?? 0, [
        known(one.share) ? percent.format(one.share) : '–',
        whole.format(one.mentions),
      ])
    )
  );
}

function letters(status) {
  if (!status.dead_letters.length) return el('p', { class: 'quiet' }, 'Nothing.');
  const node = el('table', {});
  table(
    node,
    [['Stage'], ['Reason'], ['Messages', true]],
    status.dead_letters.map((one) =>
      el('tr', {}, el('th', { scope: 'row' }, NAMES[one.stage] ?? one.stage), el('td', {}, el('code', {}, one.code)), el('td', { class: 'number' }, whole.format(one.count)))
    )
  );
  return el('div', { class: 'wide' }, node);
}

function worker(one, now) {
  const state = one.answers ? 'answers' : (one.problem ?? 'does not answer');
  return el(
    'tr',
    {},
    el('th', { scope: 'row' }, one.address),
    el('td', { class: `long ${one.answers ? '' : 'bad'}` }, el('span', { class: 'dot' }), state),
    el('td', {}, one.stages.map((name) => NAMES[name] ?? name).join(', ') || '–'),
    el('td', {}, one.model ? `${one.model} on ${one.provider}` : '–'),
    el('td', {}, one.vocabulary ?? '–'),
    el('td', { class: 'number' }, known(one.started) ? told(now - one.started) : '–')
  );
}

let heard = '';

function draw(status) {
  put(byId('said'), status.said.map(said));
  const verdict = status.said.map((one) => one.text).join(' ');
  if (verdict !== heard) say((heard = verdict));
  const watched = status.watched_seconds ? `, watched for ${told(status.watched_seconds)}` : '';
  byId('looked').textContent = status.at ? `Looked at ${new Date(status.at * 1000).toLocaleTimeString('en-GB')}${watched}` : 'Not looked yet';
  document.title = status.said.some((one) => one.level === 'bad') ? '✕ biorelay status' : 'biorelay status';
  put(byId('figures'), figures(status));
  const { at, documents_per_second: documents, behind_seconds: behind, relations_per_second: relations } = status.course;
  put(
    byId('courses'),
    at.length > 1
      ? [
          course('Abstracts a second', at, documents, rate),
          course('Behind', at, behind, told),
          course('Relations a second', at, relations, rate),
        ]
      : el('p', { class: 'quiet' }, `Lines begin with the second look, within ${status.every_seconds * 2} s.`)
  );
  table(
    byId('stages'),
    [['Stage'], ['State'], ['Abstracts/s', true], ['Behind', true], ['Messages behind', true], ['Set aside', true]],
    status.stages.length ? status.stages.map(stage) : el('tr', {}, el('td', { class: 'quiet', colspan: 6 }, 'No worker tells of one.'))
  );
  bars(status);
  put(byId('letters'), letters(status));
  table(
    byId('workers'),
    [['Worker'], ['State'], ['Stages'], ['Model'], ['Vocabulary'], ['Runs for', true]],
    status.workers.map((one) => worker(one, status.at))
  );
}

async function look() {
  try {
    draw(await ask('status'));
  } catch (problem) {
    put(byId('said'), said({ level: 'bad', text: problem.message ?? String(problem), remedy: problem.remedy }));
  } finally {
    setTimeout(look, document.hidden ? 6 * ASK_MS : ASK_MS);
  }
}

document.addEventListener('visibilitychange', () => document.hidden || ask('status').then(draw, () => {}));
look();
