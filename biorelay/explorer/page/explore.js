// What is known of an entity: its card, what is beside it, and its graph. Without one: what the graph holds, and where to begin.

import { aborted, ask, problemBox } from './api.js';
import { address, filtersOf, go, read, to } from './address.js';
import { count, el, named, put, years } from './dom.js';
import { remember } from './entities.js';
import { seeing } from './filters.js';
import { predicateLabel, sign, typeLabel, TYPES } from './kinds.js';
import { listed, neighbourLine } from './lists.js';
import { viewTiles } from './views.js';

const SYNONYMS = 6;
const UNKNOWN = 'graph.unknown-entity'; // said once, by the card
const MOST = 300; // relations that are drawn unless more are asked for
const MORE = [300, 1000, 3000, 10000];

/** What the stage draws for this state. */
export const networkOf = (state) => ({ center: state.center, hops: state.hops, max_edges: state.most ?? MOST, ...seeing(state) });

export async function show({ panel, state, draw }) {
  if (!state.center) return welcome(panel);
  const about = `explore ${state.center}`;
  if (panel.dataset.about !== about) {
    panel.dataset.about = about;
    put(panel, el('div', { class: 'card' }, el('p', { class: 'wait' }, 'Asking the graph …')), el('div', { class: 'beside' }));
    card(panel.querySelector('.card'), state.center);
  }
  beside(panel.querySelector('.beside'), state);
  await drawn(state, draw);
}

async function drawn(state, draw) {
  try {
    const graph = await ask('network', networkOf(state), { slot: 'stage' });
    remember(graph.nodes);
    await draw(graph, { center: graph.center ?? state.center });
  } catch (error) {
    if (!aborted(error)) await draw({ nodes: [], edges: [], notes: error.code === UNKNOWN ? [] : [error.message] }, {});
  }
}

async function card(box, id) {
  try {
    const found = await ask(`entities/${encodeURIComponent(id)}`, {}, { slot: 'card' });
    remember([found.entity]);
    document.title = `${found.entity.name} – biorelay explorer`;
    put(box, cardOf(found));
  } catch (error) {
    if (aborted(error)) return;
    document.title = 'biorelay explorer';
    put(
      box,
      el('h1', {}, named(id)),
      problemBox(error, () => card(box, id)),
    );
  }
}

function cardOf({ entity, synonyms, link, predicates, types, counted, first_year: first, last_year: last, notes }) {
  const narrowed = (changes) => address({ ...read(), ...changes, edge: null });
  const others = synonyms.filter((one) => one.toLowerCase() !== entity.name.toLowerCase());
  const more = others.length > SYNONYMS;
  return [
    el('div', { class: 'title' }, sign(entity.type), el('h1', {}, named(entity.name))),
    el(
      'p',
      { class: 'about' },
      `${typeLabel(entity.type)} · `,
      link
        ? el(
            'a',
            { href: link, target: '_blank', rel: 'noopener noreferrer' },
            named(entity.id),
            el('span', { class: 'hidden' }, ' (outside, in a new tab)'),
          )
        : named(entity.id),
      ` · ${count(entity.degree, 'relation')}`,
      first && ` · papers of ${years(first, last)}`,
    ),
    others.length > 0 &&
      el(
        'p',
        { class: 'synonyms' },
        el('small', {}, 'also '),
        others.slice(0, SYNONYMS).flatMap((one, index) => [index ? ', ' : '', named(one)]),
        more &&
          el(
            'button',
            {
              type: 'button',
              class: 'bare',
              on: {
                click: ({ target }) =>
                  target.replaceWith(
                    others
                      .slice(SYNONYMS)
                      .map((one) => `, ${one}`)
                      .join(''),
                  ),
              },
            },
            `and ${others.length - SYNONYMS} more`,
          ),
      ),
    counted > 0 &&
      el(
        'div',
        { class: 'chips', role: 'group', 'aria-label': 'Relations by the type of the other entity' },
        Object.entries(types).map(([type, number]) =>
          el('a', { class: 'chip', href: narrowed({ type }) }, sign(type), TYPES[type]?.many ?? type, ' ', el('b', {}, number)),
        ),
      ),
    counted > 0 &&
      el(
        'div',
        { class: 'chips', role: 'group', 'aria-label': 'Relations by kind' },
        Object.entries(predicates).map(([predicate, number]) =>
          el('a', { class: 'chip', href: narrowed({ predicate }) }, predicateLabel(predicate), ' ', el('b', {}, number)),
        ),
      ),
    notes.map((note) => el('p', { class: 'note' }, note)),
    el(
      'div',
      { class: 'acts' },
      el('a', { class: 'button', href: to({ at: 'discover', start: entity.id }) }, 'What may it be related to?'),
      el('a', { class: 'button', href: to({ at: 'paths', start: entity.id }) }, 'Find a path'),
    ),
  ];
}

function beside(box, state) {
  const list = el('div');
  put(
    box,
    el(
      'div',
      { class: 'heading' },
      el('h2', {}, 'Related to'),
      el(
        'label',
        {},
        el('small', {}, 'draw '),
        el(
          'select',
          {
            id: 'draw-most',
            'aria-label': 'Relations to draw',
            on: { change: ({ target }) => go({ most: target.value === String(MOST) ? null : target.value }) },
          },
          [...new Set([...MORE, Number(state.most ?? MOST)])].map((most) =>
            el('option', { value: most, selected: most === Number(state.most ?? MOST) }, most.toLocaleString('en')),
          ),
        ),
        ' ',
        el(
          'select',
          { id: 'draw-hops', 'aria-label': 'How far to draw', on: { change: ({ target }) => go({ hops: target.value }) } },
          el('option', { value: '', selected: state.hops !== '2' }, 'one step'),
          el('option', { value: '2', selected: state.hops === '2' }, 'two steps'),
        ),
      ),
    ),
    list,
  );
  const narrow = Object.keys(filtersOf(state)).length > 0;
  return listed(
    list,
    `entities/${encodeURIComponent(state.center)}/neighbours`,
    { limit: 50, ...seeing(state) },
    {
      slot: 'beside',
      line: neighbourLine,
      empty: narrow ? 'Nothing passes the filters.' : 'No paper relates it to anything.',
      got: (items) => remember(items.map((item) => item.entity)),
      silent: UNKNOWN,
    },
  );
}

async function welcome(panel) {
  panel.dataset.about = 'welcome';
  document.title = 'biorelay explorer';
  const facts = el('dl', { class: 'facts' });
  const begin = el('div', {});
  put(
    panel,
    el(
      'div',
      { class: 'welcome' },
      el(
        'div',
        {},
        el('h1', {}, 'What do the abstracts say, and which sentence says it?'),
        el(
          'p',
          { class: 'lead' },
          'Find an entity above: what it is related to, how sure that is, and since when. Every relation opens the sentences behind it.',
        ),
      ),
      facts,
      begin,
      el(
        'p',
        { class: 'note' },
        el('a', { href: 'status' }, 'Status'),
        ': is it healthy, how far behind · ',
        el('a', { href: 'docs' }, 'API'),
        ': the same questions for programs',
      ),
    ),
  );
  try {
    const { graph } = await ask('stats', {}, { slot: 'welcome' });
    put(
      facts,
      [
        ['Papers', graph.articles],
        ['Entities', graph.entities],
        ['Relations', graph.edges],
        ['Sentences', graph.evidence],
        ['Retracted papers', graph.retracted],
      ].map(([name, number]) => el('div', {}, el('dt', {}, name), el('dd', {}, number.toLocaleString('en')))),
    );
    if (!graph.articles)
      put(
        begin,
        el(
          'p',
          { class: 'empty' },
          'The graph is empty. Fill it with ',
          el('code', {}, 'biorelay graph load'),
          ' or a running worker, then look again.',
        ),
      );
    else put(begin, ways(), await viewTiles());
  } catch (error) {
    if (!aborted(error))
      put(
        begin,
        problemBox(error, () => welcome(panel)),
      );
  }
}

const WAYS = [
  ['discover', 'Discover', 'What may an entity be related to that no paper states yet?'],
  ['paths', 'Paths', 'How are two entities connected, sentence by sentence?'],
  ['watch', 'Watch', 'Standing questions, and what newly answers them.'],
  ['extract', 'Read a text', 'Paste an abstract and see what the models find.'],
];

const ways = () => [
  el('h2', {}, 'Ask'),
  el(
    'ul',
    { class: 'tiles' },
    WAYS.map(([at, name, what]) =>
      el('li', {}, el('a', { class: 'tile', href: address({ at }) }, el('strong', {}, name), el('small', {}, what))),
    ),
  ),
];
