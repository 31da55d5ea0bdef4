// The filters above the graph, and the years below it. What they say is in the address; they only show and change it.

import { FILTERS, filtersOf, go } from './address.js';
import { byId, calm, count, el, put, svg } from './dom.js';
import { PREDICATES, TYPES, predicateName } from './kinds.js';

const NOW = new Date().getFullYear();
const WAYS = ['discover', 'paths']; // questions of ways: papers state every step, and any type may lie between

const CHOICES = {
  type: ['Types', Object.entries(TYPES).map(([type, kind]) => [type, kind.many])],
  predicate: ['Relations', Object.keys(PREDICATES).map((predicate) => [predicate, predicateName(predicate)])],
  polarity: [
    'Stated',
    [
      ['negated', 'Denied by a paper'],
      ['speculated', 'Supposed by a paper'],
    ],
  ],
  min_papers: ['Papers', [2, 3, 5, 10, 20].map((papers) => [String(papers), `${papers}+ papers`])],
  min_confidence: ['Confidence', ['0.25', '0.5', '0.75', '0.9', '0.95'].map((least) => [least, `${least} or more`])],
};
const LABELS = {
  type: 'Type of the other entity',
  predicate: 'Relation',
  polarity: 'What papers say',
  min_papers: 'Papers',
  min_confidence: 'Confidence',
};

/** The parameters that the filters add to a question about what lies beside an entity, or about ways (`ways`). */
export function seeing(state, { ways = false } = {}) {
  const { type, polarity, ...rest } = filtersOf(state);
  return ways ? rest : { ...rest, type, polarity };
}

/** Make the filters' fields. */
export function makeFilters() {
  const form = byId('filters');
  form.addEventListener('submit', (event) => event.preventDefault());
  for (const [name, [any, choices]] of Object.entries(CHOICES)) {
    form.append(
      el(
        'select',
        { name, 'aria-label': LABELS[name], on: { change: (event) => go({ [name]: event.target.value, edge: null }) } },
        el('option', { value: '' }, any),
        choices.map(([value, label]) => el('option', { value }, label)),
      ),
    );
  }
  for (const [name, label] of [
    ['since', 'from'],
    ['until', 'to'],
  ]) {
    form.append(
      el('input', {
        name,
        type: 'number',
        min: 1000,
        max: 9999,
        inputmode: 'numeric',
        placeholder: label,
        'aria-label': name === 'since' ? 'Papers of this year or later' : 'Papers of this year or earlier',
        on: { change: (event) => go({ [name]: event.target.value }) },
      }),
    );
  }
  form.append(
    el(
      'button',
      { type: 'button', class: 'bare', name: 'clear', on: { click: () => go(Object.fromEntries(FILTERS.map((name) => [name, null]))) } },
      'Clear',
    ),
  );
  const toggle = byId('filtering');
  toggle.addEventListener('click', () => toggle.setAttribute('aria-expanded', String(form.classList.toggle('open'))));
}

/** Show what the address says. */
export function showFilters(state) {
  const form = byId('filters');
  const set = Object.keys(filtersOf(state)).filter((name) => name !== 'as_of').length;
  for (const field of form.elements) {
    if (field.name === 'clear') field.hidden = !set;
    else if (field.name) {
      const value = state[field.name] ?? '';
      if (field.tagName === 'SELECT' && value && ![...field.options].some((option) => option.value === value))
        field.add(new Option(value, value));
      field.value = value;
      field.classList.toggle('set', Boolean(value));
      field.hidden = WAYS.includes(state.at) && ['type', 'polarity'].includes(field.name);
    }
  }
  byId('filtering').textContent = set ? `Filters (${set})` : 'Filters';
}

const ranges = new Map(); // by question: the years that its relations began in, as far as they were seen

/** The years' slider for what is drawn: {edges}, of a question that `about` names. */
export function showYears(state, { edges }, about) {
  const form = byId('time');
  if (!ranges.has(about)) ranges.set(about, new Map());
  const began = ranges.get(about);
  const here = new Map();
  for (const edge of edges) if (edge.first_year) here.set(edge.first_year, (here.get(edge.first_year) ?? 0) + 1);
  for (const [year, number] of here) began.set(year, Math.max(number, began.get(year) ?? 0));
  const asked = Number(state.as_of) || null;
  const all = [...began.keys(), ...(asked ? [asked] : [])];
  form.hidden = all.length === 0 || (all.length === 1 && !asked);
  if (form.hidden) return;
  const first = Math.min(...all);
  const last = Math.min(Math.max(...all), NOW);
  const end = Math.max(last, first + 1);
  const at = asked ?? end + 1; // one beyond the last year: all years
  const most = Math.max(1, ...began.values());
  const width = 100 / (end - first + 2);
  const bars = [...began].map(([year, number]) => {
    const height = 3 + (23 * number) / most;
    return svg('rect', { class: year <= at ? 'seen' : '', x: (year - first) * width, y: 26 - height, width: width * 0.8, height });
  });
  const told = (year) => (year > end ? 'All years' : `As of ${year}`);
  const output = el('output', { for: 'as-of' }, told(at), el('small', {}, count(edges.length, 'relation')));
  const change = calm((year) => go({ as_of: year > end ? null : String(year) }, { instead: true }), 220);
  if (form.dataset.about === about && document.activeElement?.id === 'as-of') {
    form.querySelector('output').replaceWith(output); // who moves the slider keeps hold of it
    put(form.querySelector('svg'), bars);
    return;
  }
  form.dataset.about = about;
  const slider = el('input', {
    id: 'as-of',
    type: 'range',
    min: first,
    max: end + 1,
    step: 1,
    value: at,
    'aria-label': 'As the literature stood at the end of this year',
    'aria-valuetext': told(at),
    on: {
      input: ({ target }) => {
        const year = Number(target.value);
        target.setAttribute('aria-valuetext', told(year));
        form.querySelector('output').firstChild.textContent = told(year);
        change(year);
      },
    },
  });
  slider.value = at;
  put(
    form,
    el('button', { type: 'button', 'aria-label': 'Play the years', on: { click: (event) => play(event.currentTarget, slider) } }, '▶'),
    el('div', { class: 'span' }, svg('svg', { viewBox: '0 0 100 26', preserveAspectRatio: 'none', 'aria-hidden': 'true' }, bars), slider),
    output,
  );
  form.onsubmit = (event) => event.preventDefault();
}

let playing = null;

/** Move the slider year by year, from its start where it stands at the end; a second press stops it. */
function play(button, slider) {
  const stop = () => {
    clearInterval(playing);
    playing = null;
    button.textContent = '▶';
    button.setAttribute('aria-label', 'Play the years');
  };
  if (playing) return stop();
  slider.focus();
  if (slider.value === slider.max) slider.value = slider.min;
  button.textContent = '❚❚';
  button.setAttribute('aria-label', 'Stop');
  const step = () => {
    if (!slider.isConnected || slider.value === slider.max) return stop();
    slider.stepUp();
    slider.dispatchEvent(new Event('input'));
  };
  playing = setInterval(step, 1100);
}
