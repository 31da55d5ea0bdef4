// The interactive graph: Cytoscape on a canvas, placed by forces in a worker, to be walked by mouse, touch and keyboard.

import cytoscape from './vendor/cytoscape.esm.min.mjs';

import { calm, count, say } from './dom.js';
import { predicateLabel, typeLabel } from './kinds.js';
import { LETTERS, colour, elements, nameable, stylesheet } from './picture.js';

const LARGE = 2000; // relations from which on the picture is drawn plainer, so that it moves smoothly
const DIRECTIONS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const STEP = 1.25; // a press of plus or minus

/** `onNode(entity, how)` and `onEdge(edge)` tell what was taken: how is 'hold' (once) or 'open' (twice, or Enter); null: nothing is held. */
export class GraphView {
  constructor(container, { onNode, onEdge }) {
    this.container = container;
    this.tell = { onNode, onEdge };
    this.cy = null;
    this.large = null;
    this.drawing = 0;
    this.worker = null;
    this.held = null;
    this.nodes = new Map();
    container.addEventListener('keydown', (event) => this.#key(event));
    this.moved = false; // by hand: then the picture stays where it was put
    new ResizeObserver(() => {
      this.cy?.resize();
      if (!this.moved) this.fit();
    }).observe(container);
  }

  /** Draw {nodes, edges}; what stood there before keeps its place. Resolves when the places are final. */
  show(graph, { center = null, edge = null } = {}) {
    const made = elements(graph, center);
    const links = made.filter((one) => one.group === 'edges');
    const large = links.length > LARGE;
    const before = new Map(this.cy ? this.cy.nodes().map((node) => [node.id(), { ...node.position() }]) : []);
    if (this.large !== large || !this.cy) this.#open(large);
    if (this.about !== center || !center) this.moved = false;
    this.about = center;
    this.nodes = new Map(graph.nodes.map((node) => [node.id, node]));
    this.held = null;
    const { cy } = this;
    const kept = made.filter((one) => one.group === 'nodes' && before.has(one.data.id)).length;
    const same = kept > 0 && kept >= 0.5 * (made.length - links.length);
    cy.batch(() => {
      cy.elements().remove();
      cy.add(made);
      cy.nodes().positions((node) => before.get(node.id()) ?? { x: 0, y: 0 });
    });
    this.#name(made.length - links.length, links.length);
    this.mark(edge);
    return this.#place(same ? before : new Map(), center);
  }

  /** Mark the edge of this key, or none. */
  mark(key) {
    if (!this.cy) return;
    this.marked = key;
    this.cy.edges('.held').removeClass('held');
    if (key) this.cy.getElementById(key).addClass('held');
  }

  restyle() {
    this.cy?.style(stylesheet(this.large));
  }

  fit() {
    this.moved = false;
    this.cy?.fit(undefined, 30);
    if (this.cy && this.cy.zoom() > 1.6) {
      this.cy.zoom(1.6);
      this.cy.center();
    }
  }

  zoom(factor) {
    const { cy } = this;
    this.moved = true;
    cy?.zoom({ level: cy.zoom() * factor, renderedPosition: { x: cy.width() / 2, y: cy.height() / 2 } });
  }

  /** The picture as a PNG, of all of the graph. */
  png() {
    return this.cy.png({ output: 'blob-promise', full: true, scale: 2, bg: colour('ground'), maxWidth: 6000, maxHeight: 6000 });
  }

  /** Hold the entity: it and its neighbours stand out. */
  hold(id) {
    const { cy } = this;
    cy.elements('.far, .near, .lit').removeClass('far near lit');
    cy.nodes('.held').removeClass('held');
    this.held = null;
    const node = id && cy.getElementById(id);
    if (!node?.length) return this.tell.onNode(null);
    this.held = id;
    const near = node.closedNeighborhood();
    if (!this.large) cy.elements().not(near).addClass('far'); // of thousands that takes too long
    near.nodes().addClass('near');
    near.edges().addClass('lit');
    node.addClass('held');
    const entity = this.nodes.get(id);
    this.tell.onNode(entity, 'hold');
    say(`${entity.name}, ${typeLabel(entity.type)}, ${count(node.degree(), 'relation')} here. Enter opens it, R walks its relations.`);
  }

  #open(large) {
    this.cy?.destroy();
    this.large = large;
    this.cy = cytoscape({
      container: this.container,
      style: stylesheet(large),
      minZoom: 0.03,
      maxZoom: 4,
      boxSelectionEnabled: false,
      selectionType: 'single',
      textureOnViewport: large,
      hideLabelsOnViewport: large,
      pixelRatio: large ? 1 : 'auto',
    });
    const { cy } = this;
    cy.on('scrollzoom pinchzoom dragpan', () => (this.moved = true));
    cy.on(
      'zoom',
      calm(() => !cy.destroyed() && !this.container.dataset.placing && this.#letter(), 150),
    );
    cy.on('tap', 'node', ({ target }) => this.hold(target.id()));
    cy.on('dbltap', 'node', ({ target }) => this.tell.onNode(this.nodes.get(target.id()), 'open'));
    cy.on('tap', 'edge', ({ target }) => this.tell.onEdge(target.data('edge')));
    cy.on('tap', ({ target }) => target === cy && this.hold(null));
    cy.on('mouseover', 'node, edge', () => this.container.classList.add('over'));
    cy.on('mouseout', 'node, edge', () => this.container.classList.remove('over'));
  }

  /** Write the names that can be read at this zoom, as large on the screen at every one. */
  #letter() {
    const { cy } = this;
    const scale = Math.min(8, Math.max(0.6, 1 / cy.zoom()));
    const names = cy.collection(nameable(cy.nodes().toArray(), scale));
    cy.batch(() => {
      cy.nodes()
        .data({ letters: scale * LETTERS, outline: 2 * scale })
        .not(names)
        .removeClass('named');
      cy.nodes('.center').data('letters', 1.3 * scale * LETTERS);
      names.addClass('named');
    });
  }

  #name(nodes, edges) {
    this.container.setAttribute('aria-label', `Graph of ${count(nodes, 'entity', 'entities')} and ${count(edges, 'relation')}`);
  }

  #place(before, center) {
    const { cy } = this;
    const drawing = ++this.drawing;
    this.worker?.terminate();
    const nodes = cy.nodes().toArray();
    if (!nodes.length) return Promise.resolve();
    const index = new Map(nodes.map((node, place) => [node.id(), place]));
    const asked = {
      id: drawing,
      nodes: nodes.map((node) => ({ r: node.data('size') / 2, fixed: node.id() === center, ...(before.get(node.id()) ?? {}) })),
      settled: before.size > 0,
      links: cy.edges().map((edge) => [index.get(edge.data('source')), index.get(edge.data('target'))]),
    };
    this.container.dataset.placing = before.size ? 'true' : 'first'; // at first all lie on one spot, which is not shown
    return new Promise((resolve) => {
      const worker = new Worker(new URL('layout-worker.js', import.meta.url));
      this.worker = worker;
      worker.addEventListener('message', ({ data }) => {
        if (data.id !== this.drawing) return;
        this.container.dataset.placing = 'true';
        cy.batch(() => nodes.forEach((node, place) => node.position({ x: data.places[2 * place], y: data.places[2 * place + 1] })));
        if (!this.moved) this.fit();
        if (!data.done) return;
        worker.terminate();
        this.#letter();
        delete this.container.dataset.placing;
        resolve();
      });
      worker.postMessage(asked);
    });
  }

  #key(event) {
    const { cy } = this;
    if (!cy || event.ctrlKey || event.metaKey || event.altKey) return;
    const direction = DIRECTIONS[event.key];
    const acts = {
      '+': () => this.zoom(STEP),
      '=': () => this.zoom(STEP),
      '-': () => this.zoom(1 / STEP),
      0: () => this.fit(),
      Enter: () => this.held && this.tell.onNode(this.nodes.get(this.held), 'open'),
      r: () => this.#walk(),
      R: () => this.#walk(),
    };
    const act = direction ? () => this.#towards(direction) : acts[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  /** Hold the nearest entity that way; without one held, that which has the most relations. */
  #towards([x, y]) {
    const { cy } = this;
    const from = this.held && cy.getElementById(this.held);
    if (!from?.length)
      return this.hold(
        cy.nodes('.center')[0]?.id() ??
          cy
            .nodes()
            .max((node) => node.degree())
            .ele?.id(),
      );
    const here = from.position();
    let best = null;
    let least = Infinity;
    cy.nodes().forEach((node) => {
      const [dx, dy] = [node.position('x') - here.x, node.position('y') - here.y];
      const along = dx * x + dy * y;
      const away = Math.abs(dx * y - dy * x);
      if (along > 1 && away <= 1.5 * along && along + 2 * away < least) [best, least] = [node, along + 2 * away];
    });
    if (!best) return say('Nothing lies further that way');
    this.hold(best.id());
    const at = best.renderedPosition();
    if (at.x < 20 || at.y < 20 || at.x > cy.width() - 20 || at.y > cy.height() - 20) cy.center(best);
  }

  /** Open the evidence of the held entity's relations, one after the other. */
  #walk() {
    const { cy } = this;
    const edges = this.held ? cy.getElementById(this.held).connectedEdges().toArray() : [];
    if (!edges.length) return say('Hold an entity with an arrow key first');
    const at = edges.findIndex((edge) => edge.id() === this.marked);
    const edge = edges[(at + 1) % edges.length].data('edge');
    const [one, other] = [edge.subject, edge.object].map((id) => this.nodes.get(id)?.name ?? id);
    say(`${one} ${predicateLabel(edge.predicate)} ${other}`);
    this.tell.onEdge(edge);
  }
}
