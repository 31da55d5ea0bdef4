// Texts with spans marked. Offsets are code points, as in every record of biorelay; a string of JavaScript counts UTF-16 units.

import { el } from './dom.js';

/**
 * The text with marks: [{start, end, kind, title}], offsets in code points of the text, ends excluded; they may nest or overlap.
 * A stretch under several marks has the kinds of all, the shortest mark's last. Marks outside the text are cut to it.
 */
export function marked(text, marks) {
  const points = Array.from(text);
  const inside = marks
    .map((mark) => ({ ...mark, start: Math.max(0, mark.start), end: Math.min(points.length, mark.end) }))
    .filter((mark) => mark.start < mark.end)
    .sort((a, b) => b.end - b.start - (a.end - a.start));
  const cuts = [...new Set([0, points.length, ...inside.flatMap((mark) => [mark.start, mark.end])])].sort((a, b) => a - b);
  const found = document.createDocumentFragment();
  for (let index = 0; index + 1 < cuts.length; index++) {
    const [start, end] = [cuts[index], cuts[index + 1]];
    const over = inside.filter((mark) => mark.start <= start && end <= mark.end);
    const part = points.slice(start, end).join('');
    if (!over.length) found.append(part);
    else {
      const title = over
        .map((mark) => mark.title)
        .filter(Boolean)
        .join(', ');
      found.append(
        el(
          'mark',
          {
            class: over.map((mark) => mark.kind).join(' '),
            title: title || null,
            data: { marks: over.map((mark) => mark.id ?? '').join(' ') },
          },
          part,
        ),
      );
    }
  }
  return found;
}
