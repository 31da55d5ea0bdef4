// Forms that ask of one or two entities: open and closed discovery, and paths.

import { go } from './address.js';
import { combobox } from './combobox.js';
import { el } from './dom.js';
import { entityOf, remember } from './entities.js';

/**
 * A field for an entity. `value` is a CURIE; it shows the entity's name. `chosen(id)` is called with what was taken, with null where
 * the field was emptied.
 */
export function entityField(name, label, value, chosen, hint = '') {
  const input = el('input', { id: `ask-${name}`, type: 'text', placeholder: hint });
  const field = el('div', { class: 'field' }, el('label', { for: input.id }, label), input);
  if (value) {
    input.value = value;
    entityOf(value).then((entity) => input.value === value && (input.value = entity.name));
  }
  combobox(input, (entity) => {
    remember([entity]);
    chosen(entity.id);
  });
  input.addEventListener('change', () => input.value.trim() || chosen(null));
  return field;
}

/** A field of choices: [[value, label]]; the first is what holds where nothing is said. A `wide` one has a row of its own. */
export const choiceField = (name, label, value, choices, wide = false) =>
  el(
    'div',
    { class: wide ? 'field wide' : 'field' },
    el('label', { for: `ask-${name}` }, label),
    el(
      'select',
      { id: `ask-${name}`, on: { change: ({ target }) => go({ [name]: target.value, edge: null }) } },
      choices.map(([choice, text]) => el('option', { value: choice, selected: choice === (value ?? '') }, text)),
    ),
  );
