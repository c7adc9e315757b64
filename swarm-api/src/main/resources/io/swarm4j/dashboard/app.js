// Shows the swarm live. What users named only ever becomes text, never markup.
'use strict';

const state = { nodes: new Map(), services: new Map(), tasks: new Map() };
const MOST_EVENTS = 100;
const MOST_TASKS_PER_NODE = 200;
const ENDED = new Set(['complete', 'shutdown', 'failed', 'rejected', 'orphaned', 'remove']);
const el = id => document.getElementById(id);

function make(tag, text, attributes) {
  const node = document.createElement(tag);
  if (text !== undefined && text !== '') node.textContent = text;
  for (const [name, value] of Object.entries(attributes || {})) node.setAttribute(name, value);
  return node;
}

// The symbol says in shape what the colour says: neither is the only sign.
function tone(task) {
  if (task.state === 'running') return task.health === 'unhealthy' ? 'bad' : 'good';
  if (task.state === 'failed' || task.state === 'rejected' || task.state === 'orphaned') return 'bad';
  return ENDED.has(task.state) ? 'over' : 'busy';
}
const SYMBOL = { good: '●', busy: '◐', bad: '✖', over: '○' };

function describe(task) {
  const health = task.health ? ' (' + task.health + ')' : '';
  const why = task.error || (task.reason && task.state !== 'running' ? task.reason : '');
  return task.state + health + (why ? ': ' + why : '');
}

function isWanted(task) {
  return !ENDED.has(task.desired) || !ENDED.has(task.state);
}

// Keeps elements by key, so that focus and scroll position survive each drawing.
function sync(parent, items, key, create, update) {
  const old = new Map();
  for (const child of Array.from(parent.children)) old.set(child.dataset.key, child);
  let place = parent.firstElementChild;
  for (const item of items) {
    const id = key(item);
    let child = old.get(id);
    old.delete(id);
    if (!child) {
      child = create(item);
      child.dataset.key = id;
    }
    update(child, item);
    if (child !== place) parent.insertBefore(child, place);
    else place = place.nextElementSibling;
  }
  for (const child of old.values()) child.remove();
}

function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

function setData(node, name, value) {
  if (node.dataset[name] !== value) node.dataset[name] = value;
}

function drawTasks(list, tasks) {
  sync(list, tasks.slice(0, MOST_TASKS_PER_NODE), task => task.id,
    task => {
      const item = make('li');
      const button = make('button', '', { type: 'button' });
      button.append(make('span'), make('small'));
      button.addEventListener('click', () => showTask(task.id));
      item.append(button);
      return item;
    },
    (item, task) => {
      const button = item.firstElementChild;
      setData(button, 'tone', tone(task));
      setText(button.firstElementChild, SYMBOL[tone(task)] + ' ' + task.name + ' — ' + describe(task));
      setText(button.lastElementChild,
        task.image + (task.digest ? ' @ ' + task.digest.slice(0, 19) : ''));
    });
}

const byName = (a, b) => a.name.localeCompare(b.name, undefined, { numeric: true });

// What the tasks of a node have reserved of a resource: in words, and as a bar.
function drawReserved(line, what, tasks, all, unit, scale) {
  const holding = tasks.filter(task => !ENDED.has(task.state));
  const reserved = holding.reduce((sum, task) => sum + task[what], 0);
  const round = value => Math.round(value / scale * 10) / 10;
  setText(line.firstElementChild, round(reserved) + ' of ' + round(all) + ' ' + unit + ' reserved ');
  const meter = line.lastElementChild;
  meter.max = Math.max(all, reserved, 1e-9);
  meter.value = reserved;
}

function reservedLine(label) {
  const line = make('p', '', { class: 'reserved' });
  line.append(make('span'), make('meter', '', { 'aria-label': label }));
  return line;
}

function drawNodes(shown) {
  const perNode = new Map();
  for (const task of shown) {
    if (!perNode.has(task.node)) perNode.set(task.node, []);
    perNode.get(task.node).push(task);
  }
  const nodes = [...state.nodes.values()].sort((a, b) =>
    a.role === b.role ? byName(a, b) : a.role === 'manager' ? -1 : 1);
  sync(el('nodes'), nodes, node => node.id,
    () => {
      const item = make('li', '', { class: 'node' });
      item.append(make('h3'), make('p'), reservedLine('reserved CPUs'),
        reservedLine('reserved memory'), make('ul', '', { class: 'tasks' }));
      return item;
    },
    (item, node) => {
      const tasks = (perNode.get(node.id) || []).sort(byName);
      setData(item, 'status', node.status);
      setData(item, 'availability', node.availability);
      setText(item.children[0], node.name);
      const role = node.leader ? 'leader' : node.role;
      const running = tasks.filter(task => task.state === 'running').length;
      setText(item.children[1], [role, node.status, node.availability, node.address,
        running + ' running',
        ...Object.entries(node.labels).map(([key, value]) => key + '=' + value)].join(' · '));
      drawReserved(item.children[2], 'cpus', tasks, node.cpus, 'CPUs', 1);
      drawReserved(item.children[3], 'memory', tasks, node.memory, 'GiB', 2 ** 30);
      item.children[4].setAttribute('aria-label', 'tasks on ' + node.name);
      drawTasks(item.children[4], tasks);
    });
  const waiting = (perNode.get('') || []).sort(byName);
  el('waiting-section').hidden = waiting.length === 0;
  drawTasks(el('waiting'), waiting);
}

function drawServices() {
  const running = new Map();
  const current = new Map();
  const alive = new Map();
  const count = (map, key) => map.set(key, (map.get(key) || 0) + 1);
  for (const task of state.tasks.values()) {
    const service = state.services.get(task.service);
    if (task.state === 'running') count(running, task.service);
    if (!ENDED.has(task.desired)) count(alive, task.service);
    if (service && task.state === 'running' && task.version === service.version) {
      count(current, task.service);
    }
  }
  sync(el('services'), [...state.services.values()].sort(byName), service => service.id,
    () => {
      const row = make('tr');
      row.append(make('th', '', { scope: 'row' }));
      for (let i = 0; i < 5; i++) row.append(make('td'));
      return row;
    },
    (row, service) => {
      const wanted = service.wanted === undefined ? alive.get(service.id) || 0 : service.wanted;
      const now = running.get(service.id) || 0;
      setText(row.children[0], service.name);
      setText(row.children[1], service.mode);
      setText(row.children[2], now + '/' + wanted);
      row.children[2].className = now < wanted ? 'short' : '';
      setText(row.children[3], service.image);
      setText(row.children[4], service.ports);
      drawUpdate(row.children[5], service, current.get(service.id) || 0, wanted);
    });
}

function drawUpdate(cell, service, done, wanted) {
  const text = service.update ? service.update +
    (service.updateMessage ? ' — ' + service.updateMessage : '') : '';
  const moving = service.update === 'updating' || service.update === 'rollback started';
  let bar = cell.querySelector('progress');
  if (!cell.lastChild) cell.append(make('span'));
  if (moving && !bar) {
    bar = make('progress', '', { 'aria-label': 'update of ' + service.name });
    cell.prepend(bar);
  }
  if (bar && !moving) bar.remove();
  else if (bar) { bar.max = Math.max(wanted, 1); bar.value = done; }
  setText(cell.querySelector('span'), text);
}

let drawing = false;
function draw() {
  if (drawing) return;
  drawing = true;
  requestAnimationFrame(() => {
    drawing = false;
    const shown = [...state.tasks.values()].filter(isWanted);
    drawNodes(shown);
    drawServices();
    const running = shown.filter(task => task.state === 'running').length;
    const ready = [...state.nodes.values()].filter(node => node.status === 'ready').length;
    setText(el('summary'), ready + ' of ' + state.nodes.size + ' nodes ready, ' +
      state.services.size + ' services, ' + running + ' tasks running');
  });
}

function time(text) {
  const node = make('time', new Date(text).toLocaleTimeString(), { datetime: text });
  return node;
}

function note(text) {
  const list = el('events');
  const item = make('li');
  item.append(time(new Date().toISOString()), document.createTextNode(text));
  list.prepend(item);
  while (list.children.length > MOST_EVENTS) list.lastElementChild.remove();
}

// Says what a change means, if it is worth a line.
function tell(kind, before, now) {
  const name = (now || before || {}).name;
  if (!name) return;
  if (kind === 'nodes') {
    if (!before) note('node ' + name + ' joined');
    else if (!now) note('node ' + name + ' was removed');
    else if (before.status !== now.status) note('node ' + name + ' is ' + now.status);
    else if (before.availability !== now.availability) note('node ' + name + ' is set to ' + now.availability);
    else if (before.leader !== now.leader && now.leader) note('node ' + name + ' leads');
    else if (before.role !== now.role) note('node ' + name + ' is a ' + now.role);
  } else if (kind === 'services') {
    if (!before) note('service ' + name + ' was created');
    else if (!now) note('service ' + name + ' was removed');
    else if (before.update !== now.update && now.update) note('service ' + name + ': ' + now.update);
    else if (before.wanted !== now.wanted) note('service ' + name + ' scales from ' + before.wanted + ' to ' + now.wanted);
  } else if (now && (!before || before.state !== now.state) &&
      ['running', 'failed', 'rejected', 'complete', 'shutdown'].includes(now.state)) {
    note('task ' + name + ' ' + describe(now));
  }
}

async function showTask(id) {
  const answer = await fetch('tasks/' + encodeURIComponent(id));
  if (!answer.ok) {
    note('that task is gone');
    return;
  }
  const task = await answer.json();
  setText(el('task-title'), 'Task ' + task.name);
  const node = state.nodes.get(task.node);
  const facts = { id: task.id, state: describe(task), 'shall be': task.desired,
    node: node ? node.name : 'none yet', image: task.image, digest: task.digest || 'not resolved',
    'spec version': String(task.version) };
  el('task-facts').replaceChildren(...Object.entries(facts).flatMap(
    ([name, value]) => [make('dt', name), make('dd', value)]));
  el('task-timeline').replaceChildren(...task.timeline.map(step => {
    const item = make('li');
    item.append(time(step.at), make('strong', step.state),
      document.createTextNode([' wanted ' + step.desired, step.message, step.reason, step.error]
        .filter(part => part).join(' · ')));
    return item;
  }));
  el('task').showModal();
}

function connection(text, live) {
  setText(el('connection'), text);
  setData(el('connection'), 'state', live ? 'live' : 'waiting');
}

function connect() {
  const stream = new EventSource('stream');
  stream.addEventListener('snapshot', event => {
    const all = JSON.parse(event.data);
    for (const kind of Object.keys(state)) {
      state[kind] = new Map(all[kind].map(item => [item.id, item]));
    }
    connection('live', true);
    draw();
  });
  stream.addEventListener('changes', event => {
    for (const { kind, id, now } of JSON.parse(event.data)) {
      tell(kind, state[kind].get(id), now);
      if (now) state[kind].set(id, now);
      else state[kind].delete(id);
    }
    draw();
  });
  stream.onerror = () => connection('connection lost, trying again', false);
}

connect();
