// Discovery (A - B - ? and A - ? - C) and paths between two entities.

import { toEntity, toVerify, go } from './address.js';
import { choiceField, entityField } from './asking.js';
import { count, el, named, put } from './dom.js';
import { entityOf, graphOf, met, remember } from './entities.js';
import { seeing } from './filters.js';
import { sign, TYPES } from './kinds.js';
import { listed, wayLine } from './lists.js';

const RANKS = [
  ['', 'Papers, hubs damped'],
  ['linking_terms', 'Linking terms'],
  ['path_count', 'Paths'],
  ['degree_weighted', 'Degree-weighted paths'],
  ['adamic_adar', 'Adamic and Adar'],
  ['average_minimum_weight', 'Mean of the weaker side'],
  ['confidence_product', 'Confidence'],
];
const ANY = [['', 'anything'], ...Object.entries(TYPES).map(([type, kind]) => [type, kind.label.toLowerCase()])];

const remembered = (items) =>
  items.flatMap((item) => item.paths ?? [item]).flatMap((way) => way.steps.flatMap((step) => [step.source, step.target]));

/** Ask, list, and draw all that is listed. `ways(item)` are the ways of an item. */
async function answered(box, draw, path, parameters, { line, empty, ways }) {
  const all = [];
  const found = await listed(box, path, parameters, {
    slot: 'panel',
    line,
    empty,
    got: (items) => {
      remember(remembered(items));
      all.push(...items);
      draw(graphOf(all.flatMap(ways)), { center: parameters.start });
    },
  });
  if (!found) draw({ nodes: [], edges: [] }, {});
}

export async function discover({ panel, state, draw }) {
  panel.dataset.about = 'discover';
  document.title = 'Discover – biorelay explorer';
  const list = el('div');
  put(
    panel,
    el(
      'div',
      { class: 'ask' },
      el('h1', {}, 'Discover'),
      el('p', { class: 'about' }, 'What papers join by way of something else, though none states it.'),
      entityField('start', 'From (A)', state.start, (id) => go({ start: id, edge: null, verify: null }), 'a disease, a drug, a gene …'),
      entityField(
        'end',
        'To (C), or leave it open',
        state.end,
        (id) => go({ end: id, edge: null, verify: null }),
        'anything: open discovery',
      ),
      el(
        'div',
        { class: 'row' },
        choiceField('via', 'by way of (B)', state.via, ANY),
        !state.end && choiceField('target', 'to some (C)', state.target, ANY),
        choiceField('rank', 'ranked by', state.rank, RANKS, true),
      ),
    ),
    list,
  );
  if (!state.start) {
    put(list, el('p', { class: 'empty' }, 'Choose an entity to start from.'));
    return draw({ nodes: [], edges: [] }, {});
  }
  const shared = { start: state.start, via: state.via, rank: state.rank, limit: 20, ...seeing(state, { ways: true }) };
  if (state.end) {
    const [a, c] = await Promise.all([entityOf(state.start), entityOf(state.end)]);
    const verify = el('p', { class: 'acts' }, el('a', { class: 'button', href: toVerify(a.id, c.id) }, 'Verify in the abstracts'));
    list.before(verify);
    return answered(
      list,
      draw,
      'discover/closed',
      { ...shared, end: state.end },
      {
        line: (way) => closedLine(way),
        empty: `Nothing lies between ${a.name} and ${c.name}.`,
        ways: (way) => [way],
      },
    );
  }
  return answered(
    list,
    draw,
    'discover/open',
    { ...shared, target_type: state.target },
    {
      line: (finding) => openLine(finding, state.start),
      empty: 'Nothing new is joined to it by way of what it is related to.',
      ways: (finding) => finding.paths,
    },
  );
}

const openLine = ({ entity, links, paths }, start) =>
  el(
    'li',
    {},
    sign(entity.type, { alone: true }),
    el('a', { class: 'name', href: toEntity(entity.id) }, named(entity.name)),
    el('small', {}, `by way of ${links}`),
    el(
      'div',
      { class: 'ways' },
      paths.map((way) => wayLine(way, { ends: false })),
    ),
    el(
      'div',
      { class: 'acts' },
      el(
        'a',
        { href: toVerify(start, entity.id), 'aria-label': `Verify ${met(start).name} and ${entity.name} in the abstracts` },
        'Verify in the abstracts',
      ),
    ),
  );

const closedLine = (way) => {
  const middle = way.steps[0].target;
  return el(
    'li',
    {},
    sign(middle.type, { alone: true }),
    el('a', { class: 'name', href: toEntity(middle.id) }, named(middle.name)),
    el('small', { title: 'The fewest papers of a step, damped by how many relations the middle has' }, way.score.toPrecision(2)),
    el('div', { class: 'ways' }, wayLine(way)),
  );
};

export async function paths({ panel, state, draw }) {
  panel.dataset.about = 'paths';
  document.title = 'Paths – biorelay explorer';
  const list = el('div');
  const lengths = [
    ['', 'up to 3 steps'],
    ...['1', '2', '4'].map((length) => [length, `up to ${length === '1' ? '1 step' : `${length} steps`}`]),
  ];
  put(
    panel,
    el(
      'div',
      { class: 'ask' },
      el('h1', {}, 'Paths'),
      el('p', { class: 'about' }, 'How two entities are connected. Every step opens its sentences.'),
      entityField('start', 'From', state.start, (id) => go({ start: id, edge: null, verify: null })),
      entityField('end', 'To', state.end, (id) => go({ end: id, edge: null, verify: null })),
      el('div', { class: 'row' }, choiceField('length', 'length', state.length === '3' ? '' : state.length, lengths)),
    ),
    list,
  );
  if (!state.start || !state.end) {
    put(list, el('p', { class: 'empty' }, 'Choose two entities.'));
    return draw({ nodes: [], edges: [] }, {});
  }
  const [a, c] = await Promise.all([entityOf(state.start), entityOf(state.end)]);
  return answered(
    list,
    draw,
    'paths',
    { start: state.start, end: state.end, max_hops: state.length ?? 3, limit: 20, ...seeing(state, { ways: true }) },
    {
      line: (way) =>
        el(
          'li',
          {},
          el('span'),
          el('div', { class: 'name' }, count(way.steps.length, 'step')),
          el('small', {}, way.score.toPrecision(2)),
          el('div', { class: 'ways' }, wayLine(way)),
        ),
      empty: `No path of that length joins ${a.name} and ${c.name}.`,
      ways: (way) => [way],
    },
  );
}
