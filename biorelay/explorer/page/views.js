// Stored views: those that the server knows by name, and those kept in this browser.

import { aborted, ask, problemBox } from './api.js';
import { address } from './address.js';
import { count, el, named, put } from './dom.js';
import { remember } from './entities.js';
import { seeing } from './filters.js';

const KEPT = 'biorelay.views';
const MOST = 50;

/** The addresses kept in this browser: [{title, address}], the newest first. */
export function kept() {
  try {
    const found = JSON.parse(localStorage.getItem(KEPT) ?? '[]');
    return found
      .filter((one) => typeof one?.title === 'string' && typeof one?.address === 'string' && one.address.startsWith('?'))
      .slice(0, MOST);
  } catch {
    return [];
  }
}

/** Keep what is shown under a title. False where the browser keeps nothing. */
export function keep(title) {
  try {
    const others = kept().filter((one) => one.address !== location.search);
    localStorage.setItem(KEPT, JSON.stringify([{ title, address: location.search }, ...others].slice(0, MOST)));
    return true;
  } catch {
    return false;
  }
}

function forget(address_) {
  localStorage.setItem(KEPT, JSON.stringify(kept().filter((one) => one.address !== address_)));
}

const tile = (href, title, about, current = false) =>
  el(
    'li',
    {},
    el('a', { class: 'tile', href, 'aria-current': current && 'true' }, el('strong', {}, named(title)), about && el('small', {}, about)),
  );

/** The views as tiles, with headings; raises `Problem`. */
export async function viewTiles(current = null) {
  const stored = await ask('views', {}, { slot: 'views' });
  const own = kept();
  return [
    stored.length > 0 && el('h2', {}, 'Views'),
    stored.length > 0 &&
      el(
        'ul',
        { class: 'tiles' },
        stored.map((view) => tile(address({ at: 'views', view: view.name }), view.title, view.description, view.name === current)),
      ),
    own.length > 0 && el('h2', {}, 'Kept in this browser'),
    own.length > 0 &&
      el(
        'ul',
        { class: 'tiles' },
        own.map((view) => {
          const item = tile(view.address, view.title, '');
          item.append(
            el(
              'button',
              {
                type: 'button',
                class: 'bare',
                'aria-label': `Forget ${view.title}`,
                on: { click: () => (forget(view.address), item.remove()) },
              },
              'Forget',
            ),
          );
          return item;
        }),
      ),
  ];
}

export const networkOf = (state) => ({ view: state.view, max_edges: state.most, ...seeing(state) });

export async function show({ panel, state, draw }) {
  const about = `views ${state.view ?? ''}`;
  document.title = 'Views – biorelay explorer';
  if (panel.dataset.about !== about) {
    panel.dataset.about = about;
    const tiles = el('div');
    put(
      panel,
      el(
        'div',
        { class: 'card' },
        el('h1', {}, 'Views'),
        el('p', { class: 'about' }, 'Graphs worth coming back to. Any other page can be kept or sent by its address.'),
      ),
      el('div', { class: 'said' }),
      tiles,
    );
    viewTiles(state.view).then(
      (made) => put(tiles, made),
      (error) => aborted(error) || put(tiles, problemBox(error)),
    );
  }
  if (!state.view) return draw({ nodes: [], edges: [] }, {});
  const box = panel.querySelector('.said');
  try {
    const graph = await ask('network', networkOf(state), { slot: 'stage' });
    remember(graph.nodes);
    put(box, el('p', { class: 'note' }, `${count(graph.nodes.length, 'entity', 'entities')}, ${count(graph.edges.length, 'relation')}`));
    await draw(graph, {});
  } catch (error) {
    if (aborted(error)) return;
    put(
      box,
      problemBox(error, () => show({ panel, state, draw })),
    );
    await draw({ nodes: [], edges: [] }, {});
  }
}
