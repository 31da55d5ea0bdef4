// A field that completes names of entities: ARIA's combobox with a listbox, by mouse and by keyboard.
// https://www.w3.org/WAI/ARIA/apg/patterns/combobox/

import { aborted, ask, drop } from './api.js';
import { calm, count, el, named, put, say } from './dom.js';
import { sign, typeLabel } from './kinds.js';

const PAUSE = 120; // milliseconds of no typing before the server is asked
const SHOWN = 12;

/** Makes `input` a combobox; `choose(entity)` is called with what was taken. The list opens in a box beside the input. */
export function combobox(input, choose) {
  const id = `${input.id}-list`;
  const list = el('ul', { id, role: 'listbox', class: 'options', 'aria-label': 'Entities', hidden: true });
  input.after(list);
  for (const [name, value] of Object.entries({
    role: 'combobox',
    autocomplete: 'off',
    autocapitalize: 'none',
    spellcheck: 'false',
    maxlength: '500',
    'aria-autocomplete': 'list',
    'aria-expanded': 'false',
    'aria-controls': id,
  })) {
    input.setAttribute(name, value);
  }

  let found = [];
  let active = -1;
  let answered = null; // the text that `found` answers
  let wanted = false; // Enter came before the answer

  const open = (shown) => {
    list.hidden = !shown;
    input.setAttribute('aria-expanded', String(shown));
    if (!shown) mark(-1);
  };
  const mark = (index) => {
    active = index;
    for (const [place, option] of [...list.children].entries()) option.setAttribute('aria-selected', String(place === index));
    const option = list.children[index];
    if (option?.id) {
      input.setAttribute('aria-activedescendant', option.id);
      option.scrollIntoView({ block: 'nearest' });
    } else input.removeAttribute('aria-activedescendant');
  };
  const take = (entity) => {
    wanted = false;
    search.cancel();
    input.value = entity.name || entity.id;
    answered = null;
    open(false);
    choose(entity);
  };

  const ready = (text, items) => {
    [found, answered] = [items, text];
    put(list, items.map(option));
    if (!items.length)
      put(
        list,
        el(
          'li',
          { class: 'none', role: 'option', 'aria-disabled': 'true', 'aria-selected': 'false' },
          'No entity of the graph is called that.',
        ),
      );
    open(document.activeElement === input);
    say(items.length ? `${count(items.length, 'entity', 'entities')}: use the arrow keys` : 'No entity found');
    if (wanted && items.length) take(items[0]);
    wanted = false;
  };
  const option = (entity, index) =>
    el(
      'li',
      {
        id: `${id}-${index}`,
        role: 'option',
        'aria-selected': 'false',
        on: {
          mousedown: (event) => event.preventDefault(), // the input keeps the focus
          click: () => take(entity),
          mousemove: () => active !== index && mark(index),
        },
      },
      sign(entity.type),
      el(
        'span',
        { class: 'what' },
        named(entity.name || entity.id),
        entity.matched && entity.matched !== entity.name && el('small', {}, ' also ', named(entity.matched)),
      ),
      el('small', { class: 'about' }, `${typeLabel(entity.type)} · ${count(entity.degree ?? 0, 'relation')}`),
    );

  const asked = calm(async (text) => {
    if (!text || input.value.trim() !== text) return;
    try {
      const answer = await ask('search', { q: text, limit: SHOWN }, { slot: id });
      if (input.value.trim() === text) ready(text, answer.items);
    } catch (error) {
      if (aborted(error)) return;
      wanted = false;
      [found, answered] = [[], null];
      put(
        list,
        el(
          'li',
          { class: 'none', role: 'option', 'aria-disabled': 'true', 'aria-selected': 'false' },
          `${error.message}. ${error.remedy ?? ''}`,
        ),
      );
      open(true);
    }
  }, PAUSE);
  const search = Object.assign(
    () => {
      const text = input.value.trim();
      if (text) asked(text);
      else search.cancel();
    },
    {
      cancel: () => {
        asked(null);
        drop(id);
        found = [];
        open(false);
      },
    },
  );

  input.addEventListener('input', () => {
    mark(-1);
    wanted = false;
    search();
  });
  input.addEventListener('focus', () => input.select());
  input.addEventListener('blur', () => open(false));
  input.addEventListener('keydown', (event) => {
    if (event.isComposing) return;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      if (list.hidden) return search();
      if (!found.length) return;
      const step = event.key === 'ArrowDown' ? 1 : -1;
      mark(active < 0 && step < 0 ? found.length - 1 : (active + step + found.length) % found.length);
    } else if (event.key === 'Home' && active >= 0) mark(-1);
    else if (event.key === 'Escape') {
      if (!list.hidden) event.stopPropagation();
      open(false);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      if (active >= 0) take(found[active]);
      else if (answered !== null && answered === input.value.trim() && found.length) take(found[0]);
      else if (input.value.trim()) {
        search();
        wanted = true;
      }
    }
  });
}
