// How a graph is drawn: Cytoscape's stylesheet in the theme's colours, and a graph's elements.

import { el } from './dom.js';
import { TYPES, PREDICATES } from './kinds.js';

export const LETTERS = 11; // pixels of a name's letters on the screen
const LETTER = 6.3; // width of such a letter, and the height of a line
const LINE = 15;
const FOREMOST = 12; // entities whose names are drawn over nodes too
const CELL = 60; // of the grid in which what a name would cover is looked up
const LONGEST = 34; // code points of a name
const UNSEEN = /[\u0000-\u001f\u007f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g; // would turn or hide the letters of a drawn name

/** The name as it is drawn: short, and without characters that move others. */
export function drawn(name) {
  const points = Array.from(name.replace(UNSEEN, ''));
  return points.length > LONGEST ? `${points.slice(0, LONGEST - 1).join('')}…` : points.join('');
}

/** Cytoscape's elements of a graph: {nodes: [Entity], edges: [Edge]} as the API gives them. */
export function elements(graph, center) {
  const degree = new Map();
  for (const edge of graph.edges) for (const end of [edge.subject, edge.object]) degree.set(end, (degree.get(end) ?? 0) + 1);
  const nodes = graph.nodes.filter((node) => degree.has(node.id) || graph.nodes.length < 400 || node.id === center);
  const known = new Set(nodes.map((node) => node.id));
  return [
    ...nodes.map((node) => {
      const here = degree.get(node.id) ?? 0;
      const size = Math.min(46, 11 + 4.2 * Math.sqrt(here)) + (node.id === center ? 10 : 0);
      return {
        group: 'nodes',
        data: {
          id: node.id,
          name: node.name || node.id,
          label: drawn(node.name || node.id),
          type: node.type,
          size,
          here,
          letters: LETTERS,
          outline: 2,
        },
        classes: node.id === center ? 'center' : '',
      };
    }),
    ...graph.edges
      .filter((edge) => known.has(edge.subject) && known.has(edge.object) && edge.subject !== edge.object)
      .map((edge) => ({
        group: 'edges',
        data: {
          id: edge.key,
          source: edge.subject,
          target: edge.object,
          group: PREDICATES[edge.predicate]?.group ?? 'plain',
          width: 1.2 + 4.2 * (edge.confidence ?? 0),
          shade: 0.35 + 0.5 * (edge.confidence ?? 0),
          edge,
        },
        classes: edge.counts.papers === 0 ? 'unstated' : edge.counts.negated > 0 ? 'denied' : '',
      })),
  ];
}

/**
 * The nodes whose names can be drawn without covering another node or name, those with the most relations first; the foremost may
 * cover nodes. `scale` is how much larger than usual the letters are, so that they can be read from afar.
 */
export function nameable(nodes, scale) {
  const placed = nodes
    .map((node) => ({ node, ...node.position(), r: node.data('size') / 2, here: node.hasClass('center') ? Infinity : node.data('here') }))
    .sort((a, b) => b.here - a.here);
  const [covered, written] = [new Grid(), new Grid()];
  for (const { x, y, r } of placed) covered.add([x - 0.8 * r, y - 0.8 * r, x + 0.8 * r, y + 0.8 * r]);
  return placed
    .filter(({ node, x, y, r }, rank) => {
      const half = (scale * LETTER * Array.from(node.data('label')).length) / 2;
      const box = [x - half, y + r + 1, x + half, y + r + scale * LINE];
      const free = written.free(box) && (rank < FOREMOST || covered.free(box));
      if (free) written.add(box);
      return free;
    })
    .map(({ node }) => node);
}

/** Boxes [left, top, right, bottom], and whether another one would lie over any of them. */
class Grid {
  constructor() {
    this.cells = new Map();
  }

  add(box) {
    for (const cell of this.#under(box)) this.cells.set(cell, [...(this.cells.get(cell) ?? []), box]);
  }

  free([left, top, right, bottom]) {
    return this.#under([left, top, right, bottom]).every((cell) =>
      (this.cells.get(cell) ?? []).every((other) => right < other[0] || other[2] < left || bottom < other[1] || other[3] < top),
    );
  }

  #under([left, top, right, bottom]) {
    const found = [];
    for (let x = Math.floor(left / CELL); x <= Math.floor(right / CELL); x++)
      for (let y = Math.floor(top / CELL); y <= Math.floor(bottom / CELL); y++) found.push(`${x} ${y}`);
    return found;
  }
}

let probe = null;

/** A colour of the theme that holds now, as rgb(): a custom property itself tells no more than it was given. */
export function colour(name) {
  probe ??= document.body.appendChild(el('i', { hidden: true }));
  probe.style.color = `var(--${name})`;
  return getComputedStyle(probe).color;
}

/** The stylesheet, in the theme that holds now. */
export function stylesheet(large) {
  const font = getComputedStyle(document.body).fontFamily;
  return [
    {
      selector: 'node',
      style: {
        width: 'data(size)',
        height: 'data(size)',
        'background-color': colour('type-unknown'),
        'border-width': 1.5,
        'border-color': colour('ground'),
        label: 'data(label)',
        color: colour('ink'),
        'font-family': font,
        'font-size': 'data(letters)',
        'text-valign': 'bottom',
        'text-margin-y': 3,
        'text-outline-width': 'data(outline)',
        'text-outline-color': colour('ground'),
        'text-opacity': 0,
        'text-events': 'no',
      },
    },
    ...Object.entries(TYPES).map(([type, kind]) => ({
      selector: `node[type = "${type}"]`,
      style: { shape: kind.shape, 'background-color': colour(`type-${type}`) },
    })),
    { selector: 'node.named', style: { 'text-opacity': 1 } },
    {
      selector: 'node.center',
      style: { 'font-weight': 'bold', 'border-width': 3, 'border-color': colour('ink') },
    },
    {
      selector: 'edge',
      style: {
        'curve-style': 'haystack',
        'haystack-radius': large ? 0 : 0.35,
        width: 'data(width)',
        opacity: large ? 0.35 : 'data(shade)',
        'line-color': colour('edge-plain'),
      },
    },
    ...['up', 'down', 'bond'].map((group) => ({ selector: `edge[group = "${group}"]`, style: { 'line-color': colour(`edge-${group}`) } })),
    { selector: 'edge[group = "down"]', style: { 'line-style': large ? 'solid' : 'dashed', 'line-dash-pattern': [7, 4] } },
    { selector: 'edge.denied', style: { 'line-style': 'dashed', 'line-dash-pattern': [2, 3] } },
    { selector: 'edge.unstated', style: { 'line-style': 'dotted', opacity: 0.5 } },
    { selector: '.far', style: { opacity: 0.1, 'text-opacity': 0 } },
    { selector: 'node.near', style: { 'text-opacity': 1, 'z-index': 5 } },
    { selector: 'edge.lit', style: { opacity: 0.9, 'z-index': 4 } },
    { selector: 'node.held', style: { 'border-width': 4, 'border-color': colour('accent'), 'text-opacity': 1, 'z-index': 9 } },
    { selector: 'edge.held', style: { 'line-color': colour('accent'), opacity: 1, width: 6, 'z-index': 9, 'line-style': 'solid' } },
  ];
}
