// The legend, and the choice of colours.

import { el, svg } from './dom.js';
import { PREDICATES, TYPES, sign } from './kinds.js';

const GROUPS = {
  up: 'positive correlation',
  down: 'negative correlation',
  bond: 'binding, conversion, given together',
  plain: 'association, comparison',
};
const THEMES = ['', 'light', 'dark'];
const SAID = { '': 'as the system', light: 'light', dark: 'dark' };

/** What the signs and lines of this graph mean. */
export function legend({ nodes, edges }) {
  const numbers = new Map();
  for (const node of nodes) numbers.set(node.type, (numbers.get(node.type) ?? 0) + 1);
  const groups = new Set(edges.map((edge) => PREDICATES[edge.predicate]?.group ?? 'plain'));
  return [
    ...Object.keys(TYPES)
      .filter((type) => numbers.has(type))
      .map((type) => el('span', {}, sign(type), `${TYPES[type].many} ${numbers.get(type).toLocaleString('en')}`)),
    ...Object.keys(GROUPS)
      .filter((group) => groups.has(group))
      .map((group) =>
        el(
          'span',
          {},
          svg(
            'svg',
            { width: 22, height: 8, 'aria-hidden': 'true' },
            svg('line', { class: `line-${group}`, x1: 0, x2: 22, y1: 4, y2: 4, 'stroke-width': 2.5 }),
          ),
          GROUPS[group],
        ),
      ),
  ];
}

/** The button that walks through the colours: the system's, light, dark. `changed` is called with each. */
export function themeButton(button, changed) {
  const now = () => document.documentElement.dataset.theme ?? '';
  const name = () => button.setAttribute('aria-label', `Colours: ${SAID[now()]}`);
  button.addEventListener('click', () => {
    const next = THEMES[(THEMES.indexOf(now()) + 1) % THEMES.length];
    if (next) document.documentElement.dataset.theme = next;
    else delete document.documentElement.dataset.theme;
    try {
      if (next) localStorage.setItem('biorelay.theme', next);
      else localStorage.removeItem('biorelay.theme');
    } catch {
      // Chosen for this page only.
    }
    name();
    changed();
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', changed);
  name();
}
